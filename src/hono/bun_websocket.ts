import { type BunWebSocketHandler, websocket } from "../adapters/bun_websocket.ts";
import { upgradeWebSocket } from "./upgrade.ts";

/** What `createBunWebSocket` returns. */
export interface HonoWebSocket {
  /** Makes routes. */
  readonly upgradeWebSocket: typeof upgradeWebSocket;
  /** For `Bun.serve`, beside `fetch`. */
  readonly websocket: BunWebSocketHandler;
}

/**
 * Both halves of a WebSocket on Bun, as older versions of Hono's own helper hand them out. New code
 * imports `upgradeWebSocket` and `websocket`.
 *
 * @typeParam R What `raw` of the sockets is. It says nothing here: the handlers' own types do.
 */
export function createBunWebSocket<_R = unknown>(): HonoWebSocket {
  return { upgradeWebSocket, websocket };
}
