import type { Clockwork } from "../connection/clockwork.ts";
import type { Limits } from "../connection/limits.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { Abilities } from "../connection/socket.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import type { Opening } from "../handshake/opening.ts";
import type { Adapter, UpgradeRequest } from "../server/adapter.ts";
import type { Channels } from "../server/diagnostics.ts";
import { noContentWithToken } from "../server/token_placeholder.ts";
import type { WorkersWebSocket } from "./workers_api.ts";
import { workersChannels } from "./workers_channels.ts";
import { WorkersClockwork } from "./workers_clockwork.ts";
import { WorkersHandovers } from "./workers_handovers.ts";
import { addressOf, workersOpening } from "./workers_opening.ts";
import { workersGlobals } from "./workers_runtime.ts";
import { listenTo, WorkersSocket, type WorkersSocketOwner } from "./workers_socket.ts";

/** What a socket on Cloudflare can do. */
export const ABILITIES: Abilities = {
  pause: false,
  // The runtime has no way to, and says nothing of what its edge does.
  pings: "nobody",
  bufferedAmount: false,
  drain: "poll",
  progress: "messages",
  // The runtime does that by itself, whatever we say, unless a flag of the Worker forbids it.
  compression: false,
  terminate: "close",
};

/** Milliseconds between two looks while nothing closes. */
const RARELY = 10_000;

/**
 * Connections of one Durable Object. The runtime takes so many that may sleep (workerd:
 * `ACTIVE_CONNECTION_LIMIT`), and no more make sense in 128 MB.
 */
const MOST_CONNECTIONS = 32_768;

/** Characters of a URL that is kept while an object sleeps: half of what can be kept at all. */
const KEPT_URL = 8_192;

/** What takes over sockets whose Durable Object may sleep. */
export interface Keeper {
  /**
   * Keeps what is needed after the object has slept.
   *
   * @throws {TypeError} If that cannot be kept.
   */
  keep(socket: WorkersSocket, limits: Limits): void;
  /** It is open: its `onOpen` comes next. */
  opened(socket: WorkersSocket): void;
}

/** Cloudflare's runtime: for one request of a Worker, or for one Durable Object. */
export class WorkersAdapter implements Adapter, WorkersSocketOwner {
  readonly abilities: Abilities = ABILITIES;
  readonly clockwork: Clockwork;
  readonly channels: () => Channels = workersChannels;
  readonly placeholder = noContentWithToken;
  /** Called when a connection is used where it may not be used. */
  onStrange: () => void = () => {};
  /** Who takes over the sockets, so that the object may sleep; nobody by default. */
  keeper: Keeper | undefined;
  readonly #clockwork: WorkersClockwork;
  readonly #handovers = new WorkersHandovers();
  readonly #sleeps: boolean;

  /** `sleeps`: whether a timer must not keep the object awake. */
  constructor(sleeps = false) {
    this.#sleeps = sleeps;
    this.#clockwork = new WorkersClockwork(sleeps ? 0 : RARELY);
    this.clockwork = (clock, look) => {
      const stops = [this.#clockwork.start(clock, look), this.#handovers.start(clock)];
      return () => stops.forEach((stop) => stop());
    };
  }

  /** Resolves when the runtime has taken over what it was handed, or has not. */
  get handedOver(): Promise<void> {
    return this.#handovers.settled;
  }

  opening(request: Request): Opening | undefined {
    return workersOpening(request, this.#sleeps ? KEPT_URL : undefined);
  }

  /**
   * Makes the pair only now, when the pipeline has agreed: half of one that nobody uses would wait for
   * ever.
   */
  upgrade(
    { request, response, protocol, limits }: UpgradeRequest,
    connection: ServerConnection,
  ): Response | undefined {
    // The client has left. Without the flag enable_request_signal nobody tells us.
    if (request.signal?.aborted) return undefined;
    const headers = new Headers(allowedHeaders(response.headers));
    if (protocol !== "") headers.set("sec-websocket-protocol", protocol);
    const { 0: webSocket, 1: raw } = new (workersGlobals().WebSocketPair)();
    const { url } = request;
    connection.request = { url, headers: request.headers, remoteAddress: addressOf(request) };
    const answer = new Response(null, { status: 101, headers, webSocket } as ResponseInit);
    const socket = this.#take(raw, connection, limits);
    connection.opened(socket);
    this.keeper?.opened(socket);
    this.#handovers.add(connection, webSocket);
    return answer;
  }

  /** Read by the server, if nobody says how many there may be. */
  connectionLimit(): number {
    return MOST_CONNECTIONS;
  }

  closing(connection: ServerConnection): void {
    this.#clockwork.hurry(connection);
  }

  strange(): void {
    this.onStrange();
  }

  #take(raw: WorkersWebSocket, connection: ServerConnection, limits: Limits): WorkersSocket {
    const socket = new WorkersSocket(raw, connection, this);
    if (this.keeper) this.keeper.keep(socket, limits);
    else listenTo(socket);
    return socket;
  }
}
