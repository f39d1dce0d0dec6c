import type { HubProtocol } from "../wire/protocol.ts";
import type { SocketClass } from "./environment.ts";
import { json } from "./json.ts";

/** How a client is connected, by the name that SignalR has for it. */
export type HubTransport = "webSockets" | "serverSentEvents" | "longPolling";

/** A session that has just begun. */
export interface NewSession {
  /** What others know of it: the server's `context.connectionId`. */
  readonly connectionId: string;
  /** Whether the client has had none before. */
  readonly first: boolean;
}

/** An encoding, as `messagePack` gives it. */
export interface ClientProtocol {
  /** As SignalR calls it. */
  readonly name: string;
  /** What it needs of a connection: text frames, or binary ones. */
  readonly transferFormat: "Text" | "Binary";
}

/** How to connect to a hub. */
export interface ConnectOptions {
  /**
   * Gives the token that the server knows the user by. Asked before each connection, and when the
   * server answers 401. Sent in the header `Authorization`, or, for WebSockets of browsers, as
   * `access_token` in the query.
   */
  readonly accessToken?: (() => string | Promise<string>) | undefined;
  /**
   * The ways to connect that may be taken.
   *
   * @default {["webSockets", "serverSentEvents", "longPolling"]}
   */
  readonly transports?: readonly HubTransport[] | undefined;
  /**
   * Another encoding than JSON: `await messagePack()`.
   *
   * @default {JSON}
   */
  readonly protocol?: ClientProtocol | undefined;
  /**
   * Runs whenever a session begins, the first one included: what a session needs, such as joining
   * rooms. The client is connected when it is done; calls that wait are sent after it. If it fails,
   * the client tries another session. Write it with braces if it uses the client itself:
   * `async () => { await hub.call.join("lobby"); }`, because of TypeScript.
   */
  readonly onSession?: ((session: NewSession) => unknown) | undefined;
  /**
   * Bytes that were sent and that the server has not acknowledged. Above, calls and uploads wait.
   *
   * @default {1048576}
   */
  readonly maxBuffered?: number | undefined;
  /** What opens WebSockets, where the runtime has none: the one of `ws`, on Node below 22. */
  readonly WebSocket?: (new (url: string) => unknown) | undefined;
}

/** What `typeof` says of each option. */
const TYPES: { readonly [K in keyof ConnectOptions]-?: string } = {
  accessToken: "function",
  onSession: "function",
  WebSocket: "function",
  transports: "object",
  protocol: "object",
  maxBuffered: "number",
};

/** The options, with what they are by default. */
export interface CheckedOptions {
  readonly accessToken?: () => string | Promise<string>;
  readonly onSession?: (session: NewSession) => unknown;
  readonly WebSocket?: SocketClass;
  readonly transports: readonly HubTransport[];
  readonly protocol: HubProtocol;
  readonly maxBuffered: number;
}

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} If an option is not known, or of the wrong type.
 */
export function checkOptions(options: ConnectOptions): CheckedOptions {
  const checked: Record<string, unknown> = {
    transports: ["webSockets", "serverSentEvents", "longPolling"],
    protocol: json,
    maxBuffered: 1_048_576,
  };
  for (const [name, value] of Object.entries(options)) {
    const expected = TYPES[name as keyof ConnectOptions] ??
      `one of ${Object.keys(TYPES).join(", ")}`;
    const got = typeof value;
    if (name in TYPES && value === undefined) continue;
    if (got !== expected) {
      throw new TypeError(`Cannot use option ${name}: expected ${expected}, got ${got}`);
    }
    checked[name] = value;
  }
  return checked as unknown as CheckedOptions;
}
