import { answerUnserved, WITHOUT_SERVER } from "../adapters/unserved.ts";
import { checkNames } from "../base/options.ts";

/** What a client says in its opening handshake. */
export interface HandshakeOptions {
  /**
   * The page that connects, such as `"https://app.example"`. Only browsers send one.
   *
   * @default {undefined}
   */
  readonly origin?: string | undefined;
  /**
   * The subprotocols that it offers.
   *
   * @default {[]}
   */
  readonly protocols?: readonly string[] | undefined;
  /**
   * More headers, such as cookies; they replace those of the handshake.
   *
   * @default {{}}
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** RFC 6455 §4.1, with the key of its §1.3. */
const HEADERS: Readonly<Record<string, string>> = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/**
 * The init of an opening handshake, for tests of a route without a server. The answer is what the
 * route decides: a refusal, or 101 with the headers of the route, of your middleware, and the
 * subprotocol. Node cannot construct a 101: there it is 204. No connection comes of it.
 *
 * It needs no server, and works only without one: nothing that a client sends brings it about.
 *
 * @example Hono's own style of tests
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { handshake } from "@edgesocket/edgesocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({})));
 *
 * const page = await app.request("/ws", handshake({ origin: "http://localhost" }));
 * assertEquals(page.status, 101);
 * const stranger = await app.request("/ws", handshake({ origin: "https://evil.example" }));
 * assertEquals(stranger.status, 403);
 * ```
 *
 * @param options What the client says.
 * @returns The second argument of `app.request`, or of `new Request`.
 * @throws {TypeError} If there is an unknown option.
 */
export function handshake(options: HandshakeOptions = {}): RequestInit {
  checkNames("handshake", options, ["origin", "protocols", "headers"]);
  answerUnserved();
  const { origin, protocols = [], headers = {} } = options;
  const all = new Headers(HEADERS);
  if (origin !== undefined) all.set("origin", origin);
  if (protocols.length > 0) all.set("sec-websocket-protocol", protocols.join(", "));
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return { headers: Object.fromEntries(all), redirect: WITHOUT_SERVER };
}
