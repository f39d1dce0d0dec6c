import { bareServer } from "../adapters/bare.ts";
import { addressOf, takeTime } from "../adapters/plain_request.ts";
import { type OriginRule, originRule } from "../handshake/origin.ts";
import { refusalResponse } from "../handshake/verdict.ts";
import { requestState } from "../server/request_state.ts";
import { type AcceptedHandshake, Route, upgradeRequired } from "../server/route.ts";
import type { ServerState } from "../server/server_state.ts";
import type { ClientSide, Methods } from "../wire/contract.ts";
import { ClientsOf } from "./callers.ts";
import type { HubClients } from "./clients.ts";
import { membership } from "./context.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { HandleOptions, Hub, HubGroups } from "./hub.ts";
import type { HubState } from "./hub_state.ts";
import { corsHeaders, judgeOrigin, negotiate, preflight, type Respond } from "./negotiation.ts";
import { RequestClients } from "./request_clients.ts";
import { HubSocket } from "./web_socket.ts";

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
  /** Those that are connected by requests. */
  readonly #clients: RequestClients;
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
    const { roster } = state;
    const groupsOf = (id: string) => membership(roster, () => roster.one(id));
    this.groups = {
      add: (name, id) => groupsOf(id).add(name),
      remove: (name, id) => groupsOf(id).remove(name),
    };
  }

  async handle(
    request: Request,
    { user, info, respond = plainResponse }: Partial<HandleOptions<unknown>> = {},
  ): Promise<Response> {
    const verdict = this.#route.judge(request);
    if (verdict.kind === "refused") return verdict.response;
    if (verdict.kind === "accepted") return this.#connect(verdict, user, info, respond);
    return await this.#answer(request, user, info, respond);
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
  async #answer(
    request: Request,
    user: unknown,
    info: unknown,
    respond: Respond,
  ): Promise<Response> {
    const server = serverOf(request);
    const fault = judgeOrigin(this.#origin, request);
    if (fault) return server?.refuse(request, fault) ?? refusalResponse(fault);
    const { method, url } = request;
    if (method === "OPTIONS") return preflight(request, respond);
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/negotiate")) {
      if (method !== "POST") return refused(405, "expected method POST", { allow: "POST" });
      const full = server?.noRoom();
      if (full) return server!.refuse(request, full);
      if (this.#state.closed) return refused(503, "the hub is closed");
      const wanted = searchParams.get("negotiateVersion");
      return negotiate(request, wanted, this.#state.tokens, server, respond);
    }
    if (!["GET", "POST", "DELETE"].includes(method)) {
      const allow = "GET, POST, DELETE, OPTIONS";
      return refused(405, "expected method GET, POST or DELETE", { allow });
    }
    if (server === undefined) return upgradeRequired();
    const context = info ?? requestState(request)?.context;
    const remoteAddress = addressOf(request, context);
    const heartbeat = this.#heartbeatOf(server);
    takeTime(request, context);
    const token = searchParams.get("id");
    const asked = { request, token, user, server, heartbeat, remoteAddress };
    const answer = await this.#clients.answer(asked);
    if (answer.kind === "refused") return server.refuse(request, answer, remoteAddress);
    const headers = corsHeaders(request);
    for (const [name, value] of Object.entries(answer.headers ?? {})) headers.set(name, value);
    return respond(answer.body, { status: answer.status, headers });
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
