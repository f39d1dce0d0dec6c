/**
 * Connections in the clothes of other people's APIs, so that the stacks of other protocols run on
 * them: as a `WebSocket` of the web, as one of `ws`, as a `Duplex` of Node, as streams of the web.
 * Routes, origins and limits stay edgesocket's. docs/protocols.md has a line for each stack.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { serve } from "@edgesocket/edgesocket";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { wsOf, type WsSocket } from "@edgesocket/edgesocket/interop";
 *
 * // What a protocol's stack does with a socket: here, an echo.
 * function handle(socket: WsSocket): void {
 *   socket.on("message", (data: object) => socket.send(`${data}`));
 * }
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onOpen: (_event, connection) => handle(wsOf(connection)),
 * })));
 * serve({ fetch: app.fetch });
 * ```
 *
 * @module
 */
export { duplexOf, type NodeDuplex } from "./interop/duplex.ts";
export type { InteropOptions } from "./interop/faults.ts";
export { readableOf } from "./interop/readable.ts";
export { type HandshakeSocket, type IncomingHandshake, requestOf } from "./interop/request.ts";
export { webSocketOf } from "./interop/web_socket.ts";
export { writableOf } from "./interop/writable.ts";
export { wsOf } from "./interop/ws.ts";
export type { WsSocket } from "./interop/ws_socket.ts";
