import { endOf } from "../adapters/plain_request.ts";
import { upgradeRequired } from "../server/route.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import { type LimitOptions, parseLimits } from "../connection/limits.ts";
import type { ServerState } from "../server/server_state.ts";
import type { Arrival } from "./arrival.ts";
import { EventStream } from "./event_stream.ts";
import type { HubState } from "./hub_state.ts";
import { LongPolling } from "./long_polling.ts";
import { PostedElsewhere, type TakePost } from "./posted.ts";
import { post } from "./posting.ts";
import { ELSEWHERE, refused, refusedToken } from "./refusals.ts";
import type { RequestClient, RequestClientInit } from "./request_client.ts";

/** A request for a client, or of one. */
export interface ClientRequest {
  readonly request: Request;
  /** `id` of its query; `null` if there is none. */
  readonly token: string | null;
  readonly user: unknown;
  readonly server: ServerState;
  readonly heartbeat: Arrival["heartbeat"];
  /** The IP address of its TCP peer. */
  readonly remoteAddress: string;
}

/** What it is answered with, with the headers that a framework has staged. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ArrayBuffer | ReadableStream<Uint8Array> | null;
}

/** What keeps whatever is between us and the client from keeping events: nginx knows the last one. */
const STREAMED = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-store",
  "content-encoding": "identity",
  "x-accel-buffering": "no",
};

const POLLED = { "content-type": "application/octet-stream", "cache-control": "no-store" };

/** The clients of a hub that are connected by requests, by their tokens. */
export class RequestClients {
  readonly #hub: HubState;
  readonly #limits: RequestClientInit["limits"];
  readonly #clients = new Map<string, RequestClient>();

  constructor(hub: HubState, options: LimitOptions) {
    this.#hub = hub;
    this.#limits = parseLimits(options);
    hub.answering.posts = new PostedElsewhere(this.#posted);
  }

  /** How many there are, with those that may still fetch what waits for them. */
  get size(): number {
    return this.#clients.size;
  }

  /** Answers a GET, POST or DELETE; a refusal is a response as a whole. */
  async answer(asked: ClientRequest): Promise<ClientAnswer | Response> {
    const { request, token } = asked;
    const streams = acceptsEvents(request);
    if (token === null) {
      return request.method === "GET" && !streams
        ? upgradeRequired()
        : refused(request, 400, "Connection ID required");
    }
    const client = this.#clients.get(token);
    if (client !== undefined && client.userId !== this.#userIdOf(asked)) {
      return refused(request, 403, STRANGER);
    }
    if (request.method === "GET") return await this.#get(asked, token, streams, client);
    if (client === undefined) return await this.#unknown(asked, token);
    if (request.method === "POST") {
      const status = await client.take(request.body);
      return status === 200 ? done(200) : refused(request, status, WHY[status]);
    }
    if (!(client instanceof LongPolling)) {
      return refused(request, 400, "expected a connection over long polling, got another one");
    }
    client.left();
    return done(202);
  }

  async #get(
    asked: ClientRequest,
    token: string,
    streams: boolean,
    client: RequestClient | undefined,
  ): Promise<ClientAnswer | Response> {
    const { request } = asked;
    if (client instanceof EventStream && streams) {
      return refused(request, 409, "expected a token without a connection, got one with it");
    }
    if (client instanceof LongPolling && !streams) return await polled(client, request);
    if (client !== undefined || this.#hub.tokens.isClaimed(token)) {
      return refused(request, 400, OTHER_TRANSPORT);
    }
    return await this.#connect(asked, token, streams);
  }

  async #connect(
    asked: ClientRequest,
    token: string,
    streams: boolean,
  ): Promise<ClientAnswer | Response> {
    const { request, server, heartbeat, user, remoteAddress } = asked;
    const hub = this.#hub;
    if (hub.closed) return refused(request, 503, "the hub is closed");
    // Before anything is taken: what user code throws would keep it for good.
    const userId = this.#userIdOf(asked);
    const ticket = await hub.tickets.find(server.clock, token, () => userId, !streams);
    if (typeof ticket === "string") return refused(request, ...refusedToken(ticket));
    const admitted = server.admit({ request, remoteAddress });
    const admission = admitted && "ended" in admitted ? admitted : undefined;
    const limited = admitted && "kind" in admitted ? admitted : undefined;
    const fault = limited ?? server.reserve();
    if (fault) {
      admission?.ended();
      return server.refuse(request, fault, remoteAddress);
    }
    if (!hub.tickets.claim(ticket)) {
      admission?.ended();
      server.release();
      return refused(request, 409, "expected a token without a connection, got one with it");
    }
    admission?.answered();
    const init: RequestClientInit = {
      arrival: { hub, server, heartbeat, user, ticket },
      userId,
      request: snapshot(request, remoteAddress),
      limits: this.#limits,
      forgotten: () => {
        this.#clients.delete(token);
        server.release();
        admission?.ended();
      },
    };
    if (streams) return this.#stream(new EventStream(init), token, request);
    const client = new LongPolling(init);
    this.#clients.set(token, client);
    client.open();
    return await polled(client, request);
  }

  #stream(client: EventStream, token: string, request: Request): ClientAnswer {
    this.#clients.set(token, client);
    client.open();
    const signal = endOf(request);
    if (signal.aborted) client.left();
    else signal.addEventListener("abort", () => client.left(), { once: true });
    return { status: 200, headers: STREAMED, body: client.body };
  }

  /** Takes what was posted to another process; `undefined` if its client is not here. */
  #posted: TakePost = (token, user, body) => {
    const client = this.#clients.get(token);
    if (client === undefined) {
      return this.#hub.tokens.isClaimed(token) ? Promise.resolve([405, WEB_SOCKET]) : undefined;
    }
    if (client.userId !== user) return Promise.resolve([403, STRANGER]);
    if (client instanceof LongPolling) return Promise.resolve([404, ELSEWHERE]);
    return client.take(body).then((status) => [status, status === 200 ? "" : WHY[status]]);
  };

  /** A request for a client that is not here: one of another process, if the token is signed. */
  async #unknown(asked: ClientRequest, token: string): Promise<ClientAnswer | Response> {
    const { request } = asked;
    const { tokens, tickets, elsewhere, farewells } = this.#hub;
    const waits = farewells.get(token, asked.server.clock.now()) !== undefined;
    if (waits || tokens.isClaimed(token)) return refused(request, 405, WEB_SOCKET);
    const user = this.#userIdOf(asked);
    const sealed = await tickets.read(token, user);
    if (sealed === undefined) return refused(request, 404, WHY[404]);
    if (!sealed.mine) return refused(request, 403, STRANGER);
    if (elsewhere === undefined || request.method !== "POST") {
      return refused(request, 404, ELSEWHERE);
    }
    const sender = { id: sealed.id, token, user };
    const [status, why] = await post(elsewhere, sender, request.body, asked.server.clock);
    return status === 200 ? done(200) : refused(request, status, why);
  }

  #userIdOf({ user }: ClientRequest): string | undefined {
    return this.#hub.options.userId(user as never);
  }
}

const WEB_SOCKET = "expected a connection over requests, got a WebSocket";

const STRANGER = "expected the user that has connected, got another one";

const OTHER_TRANSPORT = "expected the transport that the connection began with, got another one";

const WHY = {
  400: "expected a body, got half of one",
  404: "No Connection with that ID",
  408: "expected the rest of a body within 30 seconds, got nothing",
  429: "expected one request after another, got too many at a time",
} as const;

async function polled(client: LongPolling, request: Request): Promise<ClientAnswer> {
  const { status, body } = await client.poll(endOf(request));
  return { status, headers: POLLED, body };
}

/** What stays readable of a request: runtimes take the headers away with the answer. */
function snapshot({ url, headers }: Request, remoteAddress: string): ConnectionRequest {
  return { url, headers: new Headers(headers), remoteAddress };
}

function acceptsEvents({ headers }: Request): boolean {
  return headers.get("accept")?.toLowerCase().includes("text/event-stream") === true;
}

function done(status: number): ClientAnswer {
  return { status, headers: {}, body: null };
}
