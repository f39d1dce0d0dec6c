import type { ClientCall, ClientSide, Inputs } from "../wire/contract.ts";
import type { Out, Schema } from "../wire/schema.ts";

/** Several clients: nobody answers. */
export type Several<C extends ClientSide> =
  & {
    readonly [K in keyof C]: (...args: Inputs<C[K]["parameters"]>) => Promise<void>;
  }
  & {
    /** The same clients without those of these ids. */
    except(...connectionIds: string[]): Several<C>;
  };

/** One client: it may answer. */
export type One<C extends ClientSide> = {
  readonly [K in keyof C]: C[K] extends ClientCall<infer P, infer R>
    ? (...args: Inputs<P>) => Promise<R extends Schema ? Out<R> : void>
    : never;
};

/** The clients of a hub, to be called. */
export interface HubClients<C extends ClientSide> {
  /** All that are connected. */
  readonly all: Several<C>;
  /**
   * The one of this id. If there is none, nobody is called. Behind a `broker`, for one of another
   * process, the promise of a call settles when that process has called it, and rejects with a
   * `HubError` if nobody knows within five seconds.
   */
  client(connectionId: string): One<C>;
  /** Whoever is in this group. */
  group(name: string): Several<C>;
  /** All connections of a user, by what the option `userId` makes of it. */
  user(id: string): Several<C>;
}

/** The same inside of a handler, where one of them is calling. */
export interface ContextClients<C extends ClientSide> extends HubClients<C> {
  /** All but the one that calls. */
  readonly others: Several<C>;
  /** The one that calls. */
  readonly caller: One<C>;
}
