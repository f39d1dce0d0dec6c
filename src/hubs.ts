/**
 * Hubs: typed calls in both directions, streams and groups, for clients of SignalR and for our own.
 *
 * @example A chat
 * ```ts
 * import { serve } from "@edgesocket/edgesocket";
 * import { call, defineHub } from "@edgesocket/edgesocket/hubs";
 * import * as v from "valibot";
 *
 * const h = defineHub()({ client: { message: call(v.string()) } });
 * const chat = h.create({
 *   send: h.method([v.string()], (context, line) => context.clients.all.message(line)),
 * });
 *
 * serve({ fetch: (request) => chat.handle(request) });
 * ```
 *
 * @module
 */
export type { Broker } from "./brokers/broker.ts";
export type { GapCause } from "./brokers/gap.ts";
export type { TopicsState } from "./brokers/state.ts";
export type { CloseCause } from "./connection/close.ts";
export type { ConnectionRequest } from "./connection/connection.ts";
export type { LimitOptions } from "./connection/limits.ts";
export type { OriginFunction, OriginOptions } from "./handshake/origin.ts";
export type { ContextClients, HubClients, One, Several } from "./hubs/clients.ts";
export type { ContextGroups, HubConnection, HubContext } from "./hubs/context.ts";
export { type DefineClients, defineHub, type HubBuilder } from "./hubs/define.ts";
export type { HubGap } from "./hubs/elsewhere_notices.ts";
export type { HubFilter } from "./hubs/filters.ts";
export type { HandleArguments, HandleOptions, Hub, HubGroups } from "./hubs/hub.ts";
export { HubError } from "./hubs/hub_error.ts";
export type { HubLimits } from "./hubs/limits.ts";
export type { Respond } from "./hubs/negotiation.ts";
export type { HubOptions, SocketLimits } from "./hubs/options.ts";
export { call, type OneWayCall, upload } from "./hubs/parameters.ts";
export type { HubTransport } from "./hubs/transport.ts";
export type { Checked, NotJson, WireSafe } from "./hubs/wire_safe.ts";
export type {
  ClientCall,
  ClientSide,
  HubTypes,
  Inputs,
  MaybeSchema,
  Method,
  Methods,
  Optional,
  Outputs,
  Parameter,
  Received,
  Schemas,
  Sent,
  Stream,
  Upload,
  Uploadable,
} from "./wire/contract.ts";
export type { In, Out, Schema, SchemaIssue, SchemaResult } from "./wire/schema.ts";
