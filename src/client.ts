/**
 * The client's side of hubs: the types of a hub for a connection to it. It imports no server, so that
 * it runs in a browser.
 *
 * @example With Microsoft's client
 * ```ts
 * import { HubConnectionBuilder } from "@microsoft/signalr";
 * import { typed } from "@edgesocket/edgesocket/client";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * // This part is the server's: clients say `import type { chat } from "./server.ts"`.
 * const h = defineHub()({ client: { message: call(v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) => context.clients.all.message(line)),
 * });
 *
 * const connection = new HubConnectionBuilder().withUrl("http://localhost:8000/chat").build();
 * const hub = typed<typeof chat>(connection);
 * hub.on.message((line) => console.log(line));
 * export async function join() {
 *   await connection.start();
 *   await hub.call.send("hello");
 * }
 * ```
 *
 * @module
 */
export { type MicrosoftConnection, typed } from "./client/typed.ts";
export type {
  Answer,
  Calls,
  ClientOf,
  Handlers,
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
