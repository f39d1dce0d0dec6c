import { bareServer } from "../adapters/bare.ts";
import { peerAddress } from "../adapters/peer_address.ts";
import { takeTime } from "../adapters/plain_request.ts";
import { MIB } from "../base/options.ts";
import { type OriginRule, originRule } from "../handshake/origin.ts";
import { refusalResponse } from "../handshake/verdict.ts";
import { requestState } from "../server/request_state.ts";
import { type AcceptedHandshake, Route, upgradeRequired } from "../server/route.ts";
import type { ServerState } from "../server/server_state.ts";
import type { TopicsState } from "../brokers/state.ts";
import type { ClientSide, Methods } from "../wire/contract.ts";
import { Absences } from "./absence.ts";
import { ClientsOf } from "./callers.ts";
import type { HubClients } from "./clients.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { HandleOptions, Hub, HubGroups } from "./hub.ts";
import type { HubState } from "./hub_state.ts";
import {
  corsHeaders,
  judgeOrigin,
  negotiate,
  preflight,
  type Respond,
  type Wanted,
} from "./negotiation.ts";
import { OutsideGroups } from "./outside_groups.ts";
import { readable, refused, refusedToken } from "./refusals.ts";
import { RequestClients } from "./request_clients.ts";
import { HubSocket } from "./web_socket.ts";

/** What a frame may have beyond the largest message in it. */
const FRAME = 64 * 1024;

/** A hub of whatever types. */
export class AnyHub implements Hub<unknown, ClientSide, Methods> {
  readonly clients: HubClients<ClientSide>;
  readonly groups: HubGroups;
  readonly #state: HubState;
  readonly #route: Route;
  readonly #origin: OriginRule;
  /** Those that are connected by requests. */
  readonly #clients: RequestClients;
  /** Clients that were cut off, and may come back. */
  readonly #absences: Absences = new Absences();
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
    this.#clients = new RequestClients(state, socket);
    this.#route = new Route({ ...origin, ...socket, maxPayloadLength }, bareServer);
    this.clients = new ClientsOf(state.callers);
    this.groups = new OutsideGroups(state.roster, state.elsewhere);
  }

  get state(): TopicsState {
    return this.#state.elsewhere?.status ?? "up";
  }

  async handle(
    request: Request,
    { user, info, respond = plainResponse }: Partial<HandleOptions<unknown>> = {},
  ): Promise<Response> {
    if (this.#state.tokens.resumable > 0) await this.#makeRoom(request, user);
    const verdict = this.#route.judge(request);
    if (verdict.kind === "refused") return verdict.response;
    if (verdict.kind === "accepted") return this.#connect(verdict, user, info, respond);
    return await this.#answer(request, user, info, respond);
  }

  async close(): Promise<void> {
    this.#state.closed = true;
    this.#absences.end("shutdown");
    const { roster } = this.#state;
    for (const session of [...roster.arriving(), ...roster.all()]) {
      session.close({ cause: "shutdown", allowReconnect: true });
    }
    await this.#state.elsewhere?.close();
  }

  /** On a full server, the place that a client comes back to is its own. */
  async #makeRoom(request: Request, user: unknown): Promise<void> {
    const token = tokenOf(request);
    if (token === null || !this.#state.tokens.isResumable(token)) return;
    const server = serverOf(request);
    // It may be back before anybody has noticed that it was cut off.
    if (server?.noRoom() !== undefined) {
      const { userId } = this.#state.options;
      await this.#absences.expect(token, server.clock, userId(user as never));
    }
    this.#absences.get(token)?.lend();
  }

  async #connect(
    accepted: AcceptedHandshake,
    user: unknown,
    info: unknown,
    respond: Respond,
  ): Promise<Response> {
    const { request, server, state, placeholder } = accepted;
    const refuse = (status: number, message: string) => {
      server.answered(request, status, { remoteAddress: state?.opening?.remoteAddress ?? "" });
      return refused(request, status, message);
    };
    const hub = this.#state;
    if (hub.closed) return refuse(503, "the hub is closed");
    const token = tokenOf(request);
    const absence = token !== null && hub.tokens.isResumable(token)
      ? await this.#absences.expect(token, server.clock, hub.options.userId(user as never))
      : undefined;
    const farewell = token === null ? undefined : hub.farewells.get(token, server.clock.now());
    const known = absence ?? farewell;
    if (known !== undefined && known.userId !== hub.options.userId(user as never)) {
      return refuse(403, "expected the user that has connected, got another one");
    }
    if (known === undefined && token !== null && hub.tokens.isClaimed(token)) {
      return refuse(409, "expected a token without a connection, got one with it");
    }
    const ticket = token === null || known !== undefined
      ? undefined
      : await hub.tickets.find(server.clock, token, () => hub.options.userId(user as never));
    if (typeof ticket === "string") return refuse(...refusedToken(ticket));
    const heartbeat = this.#heartbeatOf(server);
    const events = farewell ??
      new HubSocket({ hub, server, heartbeat, user, ticket }, this.#absences, absence);
    const response = respond(null, placeholder.init);
    return this.#route.upgrade(accepted, events, response, info, request);
  }

  /** Answers a request that asks for no WebSocket. */
  async #answer(
    request: Request,
    user: unknown,
    info: unknown,
    respond: Respond,
  ): Promise<Response> {
    const stranger = judgeOrigin(this.#origin, request);
    if (stranger) return serverOf(request)?.refuse(request, stranger) ?? refusalResponse(stranger);
    const { method, url } = request;
    // Even if there is no room: the request that this asks for shall be told.
    if (method === "OPTIONS") return preflight(request, respond);
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/negotiate")) {
      if (method !== "POST") {
        return refused(request, 405, "expected method POST", { allow: "POST" });
      }
      const { limits: { statefulReconnectBufferSize }, scale, userId } = this.#state.options;
      return await this.#negotiate(request, info, respond, {
        // Only those that are signed say whose they are.
        user: scale.secrets.length > 0 ? userId(user as never) : undefined,
        version: searchParams.get("negotiateVersion"),
        statefulReconnect: searchParams.get("useStatefulReconnect") === "true" &&
          statefulReconnectBufferSize > 0,
      });
    }
    if (!["GET", "POST", "DELETE"].includes(method)) {
      const allow = "GET, POST, DELETE, OPTIONS";
      return refused(request, 405, "expected method GET, POST or DELETE", { allow });
    }
    const server = serverOf(request);
    if (server === undefined) return readable(request, upgradeRequired());
    const context = requestState(request)?.context ?? info;
    takeTime(request, context);
    const answer = await this.#clients.answer({
      request,
      token: searchParams.get("id"),
      user,
      server,
      heartbeat: this.#heartbeatOf(server),
      remoteAddress: peerAddress(request, context),
    });
    if (answer instanceof Response) return readable(request, answer);
    const headers = corsHeaders(request);
    for (const [name, value] of Object.entries(answer.headers)) headers.set(name, value);
    return respond(answer.body, { status: answer.status, headers });
  }

  /** Answers a client that asks how it can connect: for the limits of its server, as a handshake. */
  async #negotiate(
    request: Request,
    info: unknown,
    respond: Respond,
    wanted: Wanted,
  ): Promise<Response> {
    const server = serverOf(request);
    const remoteAddress = peerAddress(request, requestState(request)?.context ?? info);
    const admitted = server?.admit({ request, remoteAddress });
    const limited = admitted && "kind" in admitted ? admitted : undefined;
    const admission = admitted && "ended" in admitted ? admitted : undefined;
    try {
      const fault = limited ?? server?.noRoom();
      if (server && fault) return readable(request, server.refuse(request, fault, remoteAddress));
      if (this.#state.closed) return refused(request, 503, "the hub is closed");
      return await negotiate(request, wanted, this.#state.tickets, server, respond);
    } finally {
      // It keeps no place: there is no connection yet.
      admission?.ended();
    }
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

/** `id` of its query; `null` if there is none. */
function tokenOf({ url }: Request): string | null {
  return new URL(url).searchParams.get("id");
}

function plainResponse(...[body, init]: Parameters<Respond>): Response {
  return new Response(body, init);
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
