import { endOf } from "../adapters/plain_request.ts";
import type { ConnectionRequest } from "../connection/connection.ts";
import { type LimitOptions, parseLimits } from "../connection/limits.ts";
import type { Refused } from "../handshake/verdict.ts";
import type { ServerState } from "../server/server_state.ts";
import type { Arrival } from "./arrival.ts";
import { EventStream } from "./event_stream.ts";
import type { HubState } from "./hub_state.ts";
import { LongPolling } from "./long_polling.ts";
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

/** What it is answered with. A refusal of the server is told by the server. */
export type ClientAnswer =
  | {
    readonly kind: "answered";
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string | ArrayBuffer | ReadableStream<Uint8Array> | null;
  }
  | Refused;

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
  }

  /** How many there are, with those that may still fetch what waits for them. */
  get size(): number {
    return this.#clients.size;
  }

  /** Answers a GET, POST or DELETE. */
  async answer(asked: ClientRequest): Promise<ClientAnswer> {
    const { request, token } = asked;
    const streams = acceptsEvents(request);
    if (token === null) {
      return request.method === "GET" && !streams
        ? refused(426, "expected a WebSocket opening handshake", {
          connection: "Upgrade",
          upgrade: "websocket",
        })
        : refused(400, "Connection ID required");
    }
    const client = this.#clients.get(token);
    if (client !== undefined && client.userId !== this.#hub.options.userId(asked.user as never)) {
      return refused(403, "expected the user that has connected, got another one");
    }
    if (request.method === "GET") return await this.#get(asked, token, streams, client);
    if (client === undefined) return this.#unknown(token);
    if (request.method === "POST") {
      const status = await client.take(request.body);
      return status === 200 ? answered(200, null) : refused(status, WHY[status]);
    }
    if (!(client instanceof LongPolling)) {
      return refused(400, "expected a connection over long polling, got server-sent events");
    }
    client.left();
    return answered(202, null);
  }

  async #get(
    asked: ClientRequest,
    token: string,
    streams: boolean,
    client: RequestClient | undefined,
  ): Promise<ClientAnswer> {
    if (client instanceof EventStream) {
      return streams
        ? refused(409, "expected a token without a connection, got one with it")
        : refused(400, OTHER_TRANSPORT);
    }
    if (client instanceof LongPolling) {
      return streams ? refused(400, OTHER_TRANSPORT) : await polled(client, asked.request);
    }
    if (this.#hub.tokens.isClaimed(token)) return refused(400, OTHER_TRANSPORT);
    return await this.#connect(asked, token, streams);
  }

  async #connect(asked: ClientRequest, token: string, streams: boolean): Promise<ClientAnswer> {
    const { request, server, heartbeat, user, remoteAddress } = asked;
    const hub = this.#hub;
    if (hub.closed) return refused(503, "the hub is closed");
    const ticket = hub.tokens.find(server.clock, token);
    if (ticket === undefined) return this.#unknown(token);
    const full = server.reserve();
    if (full) return full;
    hub.tokens.claim(token);
    const init: RequestClientInit = {
      arrival: { hub, server, heartbeat, user, ticket },
      request: snapshot(request, remoteAddress),
      limits: this.#limits,
      forgotten: () => {
        this.#clients.delete(token);
        server.release();
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
    return { kind: "answered", status: 200, headers: STREAMED, body: client.body };
  }

  #unknown(token: string): ClientAnswer {
    return this.#hub.tokens.isClaimed(token)
      ? refused(405, "expected a connection over requests, got a WebSocket")
      : refused(404, "No Connection with that ID");
  }
}

const OTHER_TRANSPORT = "expected the transport that the connection began with, got another one";

const WHY = {
  400: "expected a body, got half of one",
  404: "No Connection with that ID",
  429: "expected one request after another, got too many at a time",
} as const;

async function polled(client: LongPolling, request: Request): Promise<ClientAnswer> {
  const { status, body } = await client.poll(endOf(request));
  return { kind: "answered", status, headers: POLLED, body };
}

/** What stays readable of a request: runtimes take the headers away with the answer. */
function snapshot({ url, headers }: Request, remoteAddress: string): ConnectionRequest {
  return { url, headers: new Headers(headers), remoteAddress };
}

function acceptsEvents({ headers }: Request): boolean {
  return headers.get("accept")?.toLowerCase().includes("text/event-stream") === true;
}

function answered(status: number, body: null): ClientAnswer {
  return { kind: "answered", status, body };
}

function refused(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ClientAnswer {
  const type = { "content-type": "text/plain; charset=utf-8" };
  return { kind: "answered", status, headers: { ...type, ...headers }, body: `${message}\n` };
}
