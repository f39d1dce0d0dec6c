/**
 * The client's side of hubs: the types of a hub for a connection to it. It imports no server, so that
 * it runs in a browser.
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
  Method,
  Methods,
  Optional,
  Outputs,
  Parameter,
  Sent,
  Stream,
  Upload,
} from "./wire/contract.ts";
export type { In, Out, Schema, SchemaIssue, SchemaResult } from "./wire/schema.ts";
