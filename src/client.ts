/**
 * The client's side of hubs: a client that reconnects and loses nothing, and the types of a hub for
 * Microsoft's. It imports no server, so that it runs in a browser.
 *
 * @example A client
 * ```ts
 * import { connectHub } from "@edgesocket/edgesocket/client";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * // This part is the server's: clients say `import type { chat } from "./server.ts"`.
 * const h = defineHub()({ client: { message: call(v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) => context.clients.all.message(line)),
 * });
 *
 * export async function join() {
 *   const hub = connectHub<typeof chat>("http://localhost:8000/chat");
 *   hub.on.message((line) => console.log(line));
 *   await hub.call.send("hello");
 * }
 * ```
 *
 * @module
 */
export { connectHub } from "./client/connect.ts";
export { ConnectionLost } from "./client/connection_lost.ts";
export { HubError } from "./client/hub_error.ts";
export { messagePack } from "./client/message_pack.ts";
export type { ClientProtocol, ConnectOptions, HubTransport, NewSession } from "./client/options.ts";
export type { HubState } from "./client/state.ts";
export { type MicrosoftConnection, typed } from "./client/typed.ts";
export type {
  Answer,
  Calls,
  ClientOf,
  Handlers,
  HubClient,
  Items,
  ItemStreams,
  MethodsOf,
  Streams,
  Typed,
  TypedHub,
} from "./client/types.ts";
export type {
  ClientCall,
  ClientSide,
  HubTypes,
  MaybeSchema,
  Method,
  Methods,
  Optional,
  Outputs,
  Parameter,
  Schemas,
  Sent,
  Stream,
  Upload,
  Uploadable,
} from "./wire/contract.ts";
export type { In, Out, Schema, SchemaIssue, SchemaResult } from "./wire/schema.ts";
