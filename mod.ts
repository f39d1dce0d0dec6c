/**
 * WebSockets for servers: one API on Deno and on Bun, safe by default.
 *
 * @example An echo server
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 *
 * serve({
 *   port: 8000,
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onMessage: (event, connection) => connection.send(event.data),
 *     }),
 * });
 * ```
 *
 * @module
 */
export type { FetchHandler } from "./src/server/adapter.ts";
export {
  type BunServerWebSocket,
  type BunWebSocketHandler,
  websocket,
} from "./src/adapters/bun.ts";
export type { CloseCause, CloseInfo } from "./src/connection/close.ts";
export type {
  CloseEvent,
  Connection,
  ConnectionRequest,
  ErrorEvent,
  MessageEvent,
  OpenEvent,
  WebSocketEvents,
} from "./src/connection/connection.ts";
export { type Handler, handler } from "./src/server/pipeline.ts";
export {
  type Accepted,
  checkHandshake,
  type HandshakeOptions,
  type HandshakeVerdict,
  type NotAnUpgrade,
  type Refused,
} from "./src/handshake/rules.ts";
export type { HeadersOption } from "./src/handshake/headers.ts";
export type { HostOptions } from "./src/server/server_state.ts";
export type { LimitOptions } from "./src/connection/limits.ts";
export type { OriginFunction, OriginOptions } from "./src/handshake/origin.ts";
export { serve, type ServeOptions, type WebSocketServer } from "./src/server/serve.ts";
export type { Message, SendData } from "./src/connection/socket.ts";
export type { ProtocolFunction, SubprotocolOptions } from "./src/handshake/subprotocol.ts";
export { type UpgradeOptions, upgradeWebSocket } from "./src/server/route.ts";
