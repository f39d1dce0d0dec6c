import { TO_MEMORY } from "../adapters/unserved.ts";
import { checkNames } from "../base/options.ts";
import type { Message, SendData } from "../connection/message.ts";
import { handshake, type HandshakeOptions } from "./handshake.ts";
import { HandshakeRefused } from "./handshake_refused.ts";
import { adapterOf, type TestServer } from "./test_server.ts";

/** How a connection ended for its client, as in a browser's `CloseEvent`. */
export interface ClientClose {
  /** The close code. 1005: the close frame had none. 1006: there was no close frame. */
  readonly code: number;
  /** The close reason; `""` if none was given. */
  readonly reason: string;
  /** Whether both sides sent a close frame. */
  readonly wasClean: boolean;
}

/** A client that does what a test wants, badly too. It answers pings and close frames by itself. */
export interface TestClient {
  /** The answer to its handshake: 101, with its headers. */
  readonly response: Response;
  /** The subprotocol that was agreed on; `""` for none. */
  readonly protocol: string;
  /** Resolves when the connection has ended for the client. */
  readonly closed: Promise<ClientClose>;
  /**
   * Sends a message; after the end of the connection it does nothing.
   *
   * @throws {TypeError} If it is neither a string nor an `ArrayBuffer` nor a view of one.
   */
  send(data: SendData): void;
  /** The next message, in order. Rejects once the connection has ended and all are read. */
  message(): Promise<Message>;
  /**
   * Sends a close frame; without a code by default.
   *
   * @throws {TypeError} If the code is not a number or the reason not a string.
   * @throws {RangeError} If the code is one that nobody may send.
   */
  close(code?: number, reason?: string): void;
  /** Reads no more: neither messages nor pings nor close frames. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Answers neither pings nor close frames from now on. */
  mute(): void;
  /** Is gone without a word, as a client whose network is lost. The server's cause is `network`. */
  vanish(): void;
  /** Sends what no client may send. The server ends the connection, with cause `network`. */
  breakRules(): void;
}

/** Characters of a refusal that the error shows. */
const SHOWN = 200;

/**
 * Connects a client to a server without a network. When it resolves, `onOpen` has been called.
 *
 * @example A refusal
 * ```ts
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { connect, createTestServer, HandshakeRefused } from "@edgesocket/edgesocket/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const server = createTestServer((request) => upgradeWebSocket(request, {}));
 * await assertRejects(
 *   () => connect(server, "/", { origin: "https://evil.example" }),
 *   HandshakeRefused,
 *   "expected 101, got 403",
 * );
 * ```
 *
 * @param server A server of `createTestServer`.
 * @param path The path, such as `"/ws?room=1"`, on `http://localhost`; or a whole URL.
 * @param options What the client says in its handshake.
 * @returns The client, whose connection is open.
 * @throws {HandshakeRefused} If the answer is no 101.
 * @throws {TypeError} If there is an unknown option, or the server is of another kind.
 */
export async function connect(
  server: TestServer,
  path: string,
  options: HandshakeOptions = {},
): Promise<TestClient> {
  checkNames("connect", options, ["origin", "protocols", "headers"]);
  const adapter = adapterOf(server);
  const url = new URL(path.replace(/^ws(?=s?:)/, "http"), "http://localhost");
  const headers = { host: url.host, ...options.headers };
  const init = { ...handshake({ ...options, headers }), redirect: TO_MEMORY } as const;
  const { response, client } = await adapter.request(new Request(url, init));
  if (client) return client;
  throw new HandshakeRefused(response, await reasonOf(response));
}

/** The first line of a body of plain text. No more is read: it might never end. */
async function reasonOf(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/plain")) return "";
  const reader = response.clone().body?.getReader();
  const chunk = await reader?.read();
  reader?.releaseLock();
  const [line = ""] = new TextDecoder().decode(chunk?.value).split("\n");
  return line.slice(0, SHOWN);
}
