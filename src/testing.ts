/**
 * Tests of WebSocket handlers without a network: a server without a port, clients that do what a
 * test wants, and a clock that tests move. For `deno test`, `bun test`, `node --test` and vitest.
 *
 * @example A client that is silent, and a minute that takes no time
 * ```ts
 * import { type CloseCause, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { connect, createTestServer, FakeClock } from "@edgesocket/edgesocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const causes: CloseCause[] = [];
 * const events = { onClose: (event: { cause: CloseCause }) => causes.push(event.cause) };
 * const options = { idleTimeout: 60 };
 *
 * const clock = new FakeClock();
 * const server = createTestServer((request) => upgradeWebSocket(request, events, options), {
 *   clock,
 * });
 * const client = await connect(server, "/");
 * client.mute();
 * await clock.advance(61_000);
 * assertEquals(causes, ["idle-timeout"]);
 * await server.shutdown();
 * ```
 *
 * @module
 */
export { type ClientClose, connect, type TestClient } from "./testing/connect.ts";
export { FakeClock } from "./testing/fake_clock.ts";
export { handshake, type HandshakeOptions } from "./testing/handshake.ts";
export { HandshakeRefused } from "./testing/handshake_refused.ts";
export {
  createTestServer,
  type TestServer,
  type TestServerOptions,
} from "./testing/test_server.ts";
