import type {
  ClientCall,
  ClientSide,
  HubTypes,
  Method,
  Methods,
  Outputs,
  Sent,
  Stream,
} from "../wire/contract.ts";
import type { In, Schema } from "../wire/schema.ts";

/** What tells the types of a hub: `typeof chat`. */
export interface TypedHub {
  /** For types only. */
  readonly _types?: unknown;
}

/** What the server may call on a client of a hub. */
export type ClientOf<H> = H extends { readonly _types?: HubTypes<infer C, infer _M> } ? C : never;

/** What clients of a hub may call. */
export type MethodsOf<H> = H extends { readonly _types?: HubTypes<infer _C, infer M> } ? M : never;

/** The methods of a hub, as functions. */
export type Calls<M extends Methods> = {
  readonly [K in keyof M as M[K] extends Method ? K : never]: M[K] extends Method<infer P, infer R>
    ? (...args: Sent<P>) => Promise<R>
    : never;
};

/** The streams of a hub, as functions. */
export type Streams<M extends Methods> = {
  readonly [K in keyof M as M[K] extends Stream ? K : never]: M[K] extends Stream<infer P, infer T>
    ? (...args: Sent<P>) => AsyncIterable<T>
    : never;
};

/**
 * What takes handlers for the calls of a server. A handler for a call with an answer returns it. What
 * is returned takes the handler away again.
 */
export type Handlers<C extends ClientSide> = {
  readonly [K in keyof C]: C[K] extends ClientCall<infer P, infer R>
    ? (handler: (...args: Outputs<P>) => Answer<R>) => () => void
    : never;
};

/** What a handler returns. */
export type Answer<R> = R extends Schema ? In<R> | Promise<In<R>> : unknown;

/** A connection to a hub, in the types of that hub. */
export interface Typed<H extends TypedHub> {
  /** Takes a handler for each call of the server. */
  readonly on: Handlers<ClientOf<H>>;
  /** Calls a method. */
  readonly call: Calls<MethodsOf<H>>;
  /** Opens a stream, when somebody begins to loop over it. */
  readonly stream: Streams<MethodsOf<H>>;
}
