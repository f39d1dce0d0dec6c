import { bareServer } from "../adapters/bare.ts";
import { systemClock } from "../base/clock.ts";
import { type OriginRule, originRule } from "../handshake/origin.ts";
import { refusalResponse } from "../handshake/verdict.ts";
import { requestState } from "../server/request_state.ts";
import { type AcceptedHandshake, Route, upgradeRequired } from "../server/route.ts";
import type { ServerState } from "../server/server_state.ts";
import type { ClientSide, HubTypes, Methods } from "../wire/contract.ts";
import { ClientsOf } from "./callers.ts";
import type { HubClients } from "./clients.ts";
import { membership } from "./context.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { HubState } from "./hub_state.ts";
import { judgeOrigin, negotiate, preflight, type Respond } from "./negotiation.ts";
import { HubSocket } from "./web_socket.ts";

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
   * Puts a connection into a group. One that is gone by then is put nowhere.
   *
   * @throws {HubError} If it is in `maxGroups` already: as a rejection.
   */
  add(name: string, connectionId: string): Promise<void>;
  /** Takes a connection out of a group. */
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
  /** Ends all connections, whose clients may connect again elsewhere, and takes no new ones. */
  close(): Promise<void>;
  /** For the types of clients only; never there at run time. */
  readonly _types?: HubTypes<C, M>;
}

/** What a frame may have beyond the largest message in it. */
const FRAME = 64 * 1024;
const MIB = 1_048_576;

/** A hub of whatever types. */
export class AnyHub implements Hub<unknown, ClientSide, Methods> {
  readonly clients: HubClients<ClientSide>;
  readonly groups: HubGroups;
  readonly #state: HubState;
  readonly #route: Route;
  readonly #origin: OriginRule;
  readonly #heartbeats = new WeakMap<ServerState, Heartbeat>();

  /**
   * @throws {TypeError} If an option of its route is of the wrong type.
   * @throws {RangeError} If an option of its route is out of range.
   */
  constructor(state: HubState) {
    const { limits, origin, socket } = state.options;
    this.#state = state;
    this.#origin = originRule(origin);
    const maxPayloadLength = Math.max(MIB, limits.maximumReceiveMessageSize + FRAME);
    this.#route = new Route({ ...origin, ...socket, maxPayloadLength }, bareServer);
    this.clients = new ClientsOf(state.callers);
    const { roster } = state;
    const groupsOf = (id: string) => membership(roster, () => roster.one(id));
    this.groups = {
      add: (name, id) => groupsOf(id).add(name),
      remove: (name, id) => groupsOf(id).remove(name),
    };
  }

  // deno-lint-ignore require-await -- whatever goes wrong shall reject
  async handle(
    request: Request,
    { user, info, respond = plainResponse }: Partial<HandleOptions<unknown>> = {},
  ): Promise<Response> {
    const verdict = this.#route.judge(request);
    if (verdict.kind === "refused") return verdict.response;
    if (verdict.kind === "accepted") return this.#connect(verdict, user, info, respond);
    return this.#answer(request, respond);
  }

  close(): Promise<void> {
    this.#state.closed = true;
    for (const session of this.#state.roster.all()) {
      session.close({ cause: "shutdown", allowReconnect: true });
    }
    return Promise.resolve();
  }

  #connect(
    accepted: AcceptedHandshake,
    user: unknown,
    info: unknown,
    respond: Respond,
  ): Response {
    const { request, server, placeholder } = accepted;
    const hub = this.#state;
    if (hub.closed) return refused(503, "the hub is closed");
    const token = new URL(request.url).searchParams.get("id");
    if (token !== null && hub.tokens.isClaimed(token)) {
      return refused(409, "expected a token without a connection, got one with it");
    }
    const ticket = token === null ? undefined : hub.tokens.find(server.clock, token);
    if (token !== null && ticket === undefined) {
      return refused(404, "No Connection with that ID");
    }
    const heartbeat = this.#heartbeatOf(server);
    const events = new HubSocket({ hub, server, heartbeat, user, ticket });
    const response = respond(null, placeholder.init);
    return this.#route.upgrade(accepted, events, response, info, request);
  }

  /** Answers a request that asks for no WebSocket. */
  #answer(request: Request, respond: Respond): Response {
    const server = serverOf(request);
    const fault = judgeOrigin(this.#origin, request) ?? server?.noRoom();
    if (fault) return server?.refuse(request, fault) ?? refusalResponse(fault);
    const { method, url } = request;
    if (method === "OPTIONS") return preflight(request, respond);
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/negotiate")) {
      if (method !== "POST") return refused(405, "expected method POST", { allow: "POST" });
      if (this.#state.closed) return refused(503, "the hub is closed");
      const wanted = searchParams.get("negotiateVersion");
      const clock = server?.clock ?? systemClock;
      return negotiate(request, wanted, this.#state.tokens, clock, respond);
    }
    if (method === "GET") return upgradeRequired();
    return refused(405, "expected method GET", { allow: "GET, OPTIONS" });
  }

  #heartbeatOf(server: ServerState): Heartbeat {
    let heartbeat = this.#heartbeats.get(server);
    if (heartbeat === undefined) {
      heartbeat = new Heartbeat(server.clock, this.#state.options.limits);
      this.#heartbeats.set(server, heartbeat);
    }
    return heartbeat;
  }
}

function plainResponse(...[body, init]: Parameters<Respond>): Response {
  return new Response(body, init);
}

function refused(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** Who counts and reports. On Node there is nobody for a request that no server of ours has passed. */
function serverOf(request: Request): ServerState | undefined {
  const state = requestState(request);
  if (state !== undefined) return state.server;
  try {
    return bareServer(request);
  } catch {
    return undefined;
  }
}
