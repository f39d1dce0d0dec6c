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
export type { FetchHandler } from "./src/adapter.ts";
export {
  type BunServerWebSocket,
  type BunWebSocketHandler,
  websocket,
} from "./src/adapters/bun.ts";
export type { CloseCause, CloseInfo } from "./src/close.ts";
export type {
  CloseEvent,
  Connection,
  ConnectionRequest,
  ErrorEvent,
  MessageEvent,
  OpenEvent,
  WebSocketEvents,
} from "./src/connection.ts";
export { type Handler, handler } from "./src/handler.ts";
export {
  type Accepted,
  checkHandshake,
  type HandshakeOptions,
  type HandshakeVerdict,
  type NotAnUpgrade,
  type Refused,
} from "./src/handshake.ts";
export type { HeadersOption } from "./src/headers.ts";
export type { HostOptions } from "./src/host.ts";
export type { LimitOptions } from "./src/limits.ts";
export type { OriginFunction, OriginOptions } from "./src/origin.ts";
export { serve, type ServeOptions, type WebSocketServer } from "./src/serve.ts";
export type { Message, SendData } from "./src/socket.ts";
export type { ProtocolFunction, SubprotocolOptions } from "./src/subprotocol.ts";
export { type UpgradeOptions, upgradeWebSocket } from "./src/upgrade.ts";
