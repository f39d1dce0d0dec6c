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
export { type BunWebSocketHandler, websocket } from "./src/adapters/bun_websocket.ts";
export type { BunServerWebSocket } from "./src/adapters/bun_socket.ts";
export type { CloseCause, CloseInfo } from "./src/connection/close.ts";
export type {
  BackpressureDiagnostics,
  CloseDiagnostics,
  ConnectionDiagnostics,
  LimitDiagnostics,
  MessageDiagnostics,
  OpenDiagnostics,
  PingDiagnostics,
} from "./src/connection/diagnostics.ts";
export type { Connection, ConnectionRequest } from "./src/connection/connection.ts";
export type {
  CloseEvent,
  ErrorEvent,
  MessageEvent,
  OpenEvent,
  WebSocketEvents,
} from "./src/connection/events.ts";
export type { LimitOptions } from "./src/connection/limits.ts";
export type { Message, SendData, Sent } from "./src/connection/message.ts";
export type { CompressionOptions } from "./src/handshake/compression.ts";
export type { HeadersOption } from "./src/handshake/headers.ts";
export type { OriginFunction, OriginOptions } from "./src/handshake/origin.ts";
export { checkHandshake, type HandshakeOptions } from "./src/handshake/rules.ts";
export type { ProtocolFunction, SubprotocolOptions } from "./src/handshake/subprotocol.ts";
export type { Accepted, HandshakeVerdict, NotAnUpgrade, Refused } from "./src/handshake/verdict.ts";
export {
  createUpgradeWebSocket,
  type Handler,
  handler,
  serve,
  upgradeWebSocket,
} from "./src/native.ts";
export type {
  CallDiagnostics,
  DiagnosticsMessages,
  EngineDiagnostics,
  ErrorDiagnostics,
  GapDiagnostics,
  HandshakeDiagnostics,
  TopicDiagnostics,
} from "./src/server/diagnostics.ts";
export type { FetchHandler } from "./src/server/pipeline.ts";
export type { RouteDefaults, RouteOptions, UpgradeOptions } from "./src/server/route.ts";
export type { NativeOptions, ServeOptions, WebSocketServer } from "./src/server/serve.ts";
export type { ShutdownOptions } from "./src/server/shutdown_options.ts";
export type { HostOptions } from "./src/server/host_options.ts";
export type { Report } from "./src/server/report.ts";
