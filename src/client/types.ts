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
import type { HubState } from "./state.ts";

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

/**
 * A stream's items, as a client gets them. It is opened when somebody begins to loop over it, and goes
 * on when the session is resumed. What the loop has not taken yet waits in memory, without a limit.
 */
export interface Items<A extends readonly unknown[], T> extends AsyncIterable<T> {
  /**
   * The same for when the session cannot be resumed, such as after a restart of the server: the
   * stream is opened again, with other arguments.
   *
   * @param next Gives these, from the last item that has come. If none has, they stay as they are.
   */
  resumeFrom(next: (last: T) => A): AsyncIterable<T>;
}

/** The streams of a hub, as functions of a client that resumes them. */
export type ItemStreams<M extends Methods> = {
  readonly [K in keyof M as M[K] extends Stream ? K : never]: M[K] extends Stream<infer P, infer T>
    ? (...args: Sent<P>) => Items<Sent<P>, T>
    : never;
};

/** A client of a hub, as `connectHub` makes it. */
export interface HubClient<H extends TypedHub> extends Omit<Typed<H>, "stream"> {
  /** Opens a stream, when somebody begins to loop over it. */
  readonly stream: ItemStreams<MethodsOf<H>>;
  /** How it is doing. The same object until that changes. */
  readonly state: HubState;
  /**
   * Calls `listener` whenever the state changes. What is returned ends that. Needs no `this`, so that
   * it can be handed on.
   */
  readonly onState: (listener: (state: HubState) => unknown) => () => void;
  /** Ends it for good: what is not answered yet ends with `ConnectionLost`. */
  close(): Promise<void>;
}
