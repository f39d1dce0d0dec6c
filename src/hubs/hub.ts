import type { TopicsState } from "../brokers/state.ts";
import type { ClientSide, HubTypes, Methods } from "../wire/contract.ts";
import type { HubClients } from "./clients.ts";
import type { Respond } from "./negotiation.ts";

/** Who is calling, and what the runtime passed beside the request. */
export interface HandleOptions<User> {
  /** Who it is, as your code has found out: contexts have it as `user`. */
  readonly user: User;
  /**
   * What the runtime passes to fetch beside the request. Needed for a hand-written `Bun.serve`;
   * `serve` and `handler` know it.
   */
  readonly info?: unknown;
  /**
   * Makes responses, for frameworks that have staged headers for them.
   *
   * @default {(body, init) => new Response(body, init)}
   */
  readonly respond?: Respond | undefined;
}

/** The second argument of `handle`: it may be left out where there need not be a user. */
export type HandleArguments<User> = undefined extends User
  ? [options?: Omit<HandleOptions<User>, "user"> & { readonly user?: User }]
  : [options: HandleOptions<User>];

/** The groups of a hub, from outside of its handlers. */
export interface HubGroups {
  /**
   * Puts a connection into a group, whichever process it belongs to. One that is gone by then is put
   * nowhere.
   *
   * @throws {HubError} As a rejection: if it is in `maxGroups` already, or if it is none of this process
   * and the others cannot be asked, or do not answer within five seconds.
   */
  add(name: string, connectionId: string): Promise<void>;
  /**
   * Takes a connection out of a group.
   *
   * @throws {HubError} As for `add`.
   */
  remove(name: string, connectionId: string): Promise<void>;
}

/**
 * A hub: what clients may call, and the clients that are there.
 *
 * @typeParam User Who `handle` says is calling.
 * @typeParam C What the server may call on clients.
 * @typeParam M What clients may call.
 */
export interface Hub<User, C extends ClientSide, M extends Methods> {
  /**
   * Answers every request of its clients: those that negotiate and those that connect. They come to
   * the path of the hub and to `negotiate` below it.
   *
   * @param request The very object that the server passed to fetch, not a copy.
   * @param options Who is calling.
   * @returns The response. Never rejects for what a client sent.
   */
  handle(request: Request, ...options: HandleArguments<User>): Promise<Response>;
  /** The clients of the hub, from outside of its handlers. */
  readonly clients: HubClients<C>;
  /** Its groups. */
  readonly groups: HubGroups;
  /** How things stand with the engine behind its `broker`; without one always `up`. */
  readonly state: TopicsState;
  /**
   * Ends all connections, whose clients may connect again elsewhere, and takes no new ones. Other
   * processes are told; the clients that you handed to the broker go on.
   */
  close(): Promise<void>;
  /** For the types of clients only; never there at run time. */
  readonly _types?: HubTypes<C, M>;
}
