import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import { type Clockwork, sweep } from "../connection/clockwork.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { Abilities } from "../connection/socket.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { type Opening, openingOf } from "../handshake/opening.ts";
import type {
  Fetch,
  Listener,
  ListenOptions,
  ServerAdapter,
  UpgradeRequest,
} from "../server/adapter.ts";
import type { Channels } from "../server/diagnostics.ts";
import type { Placeholder } from "../server/placeholder.ts";
import { findChannels } from "./channels.ts";
import { MemoryClient } from "./memory_client.ts";
import { MemoryLink } from "./memory_link.ts";
import { placeholderHere } from "./unserved.ts";

/**
 * What is passed to fetch beside a request where there is no network: the adapter puts the client's
 * half of the connection into it.
 */
export interface MemoryContext {
  /** Where the client is said to be. */
  readonly remoteAddress?: string;
  client?: MemoryClient;
}

/** What came of a request, and the client if it was upgraded. */
export interface MemoryAnswer {
  readonly response: Response;
  readonly client: MemoryClient | undefined;
}

const ADDRESS = "127.0.0.1";

/** `readyState` of a connection that nobody has closed yet: one after the other, in a drain. */
const OPEN = 1;

/**
 * An adapter without a network, for one server: both halves of a connection are in this process,
 * and what one of them does reaches the other in a later turn of the event loop.
 */
export class MemoryAdapter implements ServerAdapter {
  /** There are no options of a runtime to be found by it. */
  readonly name = "deno";
  readonly abilities: Abilities = {
    pause: true,
    pings: "watchdog",
    bufferedAmount: true,
    drain: "event",
    progress: "bytes",
    // Taken as everywhere, though there is nothing to be compressed: tests have the options of the app.
    compression: true,
    terminate: "cut",
  };
  readonly clockwork: Clockwork = sweep;
  readonly channels: () => Channels = findChannels;
  readonly placeholder: Placeholder;
  readonly #link: MemoryLink;
  #fetch: Fetch | undefined;
  /** What the pipeline works on. */
  readonly #requests = new Set<Request>();
  readonly #connections = new Set<ServerConnection>();
  #answered = new Deferred<void>();

  /** @param placeholder That of the runtime by default: a 101 where it can construct one. */
  constructor(
    link: MemoryLink = new MemoryLink(),
    placeholder: Placeholder = placeholderHere(),
  ) {
    this.#link = link;
    this.placeholder = placeholder;
  }

  opening(request: Request): Opening | undefined {
    return openingOf(request, () => ADDRESS);
  }

  upgrade(
    { request: { url, headers }, context, response, protocol }: UpgradeRequest,
    connection: ServerConnection,
  ): Response {
    const answer = switching(response, protocol);
    connection.request = { url, headers: new Headers(headers), remoteAddress: ADDRESS };
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
    const client = MemoryClient.open(connection, this.#link, answer, protocol);
    (context as MemoryContext).client = client;
    return answer;
  }

  connectionLimit(): number {
    return Infinity;
  }

  listen(_options: ListenOptions, fetch: Fetch): Listener {
    this.#fetch = fetch;
    return {
      port: 0,
      native: undefined,
      stop: () => this.#requests.size === 0 ? Promise.resolve() : this.#answered.promise,
    };
  }

  /** Sends a request to what it listens for. A client that comes of it has seen its socket open. */
  async request(request: Request): Promise<MemoryAnswer> {
    const context: MemoryContext = { remoteAddress: ADDRESS };
    this.#requests.add(request);
    try {
      const response = await this.#fetch!(request, context) as Response | undefined;
      if (response === undefined) throw usageError("answer a request", "a Response", "undefined");
      const { client } = context;
      if (client) await new Promise<void>((resolve) => this.#link.send(resolve));
      return { response, client };
    } finally {
      this.#requests.delete(request);
      if (this.#requests.size === 0) {
        this.#answered.resolve();
        this.#answered = new Deferred();
      }
    }
  }

  /** What is not over yet: the path of its URL, and what it waits for. */
  unfinished(): string[] {
    return [
      ...[...this.#requests].map(({ url }) => `${pathOf(url)} waits for its response`),
      ...[...this.#connections].map(({ request, bufferedAmount, readyState }) => {
        const frame = readyState === OPEN
          ? "its turn to be closed"
          : "the close frame of its client";
        const what = bufferedAmount > 0 ? `its client to read ${bufferedAmount} bytes` : frame;
        return `${pathOf(request.url)} waits for ${what}`;
      }),
    ];
  }

  /** Cuts all connections. */
  cut(): void {
    for (const connection of this.#connections) connection.terminate();
  }
}

/** The 101, even where the runtime can construct none. */
function switching({ headers }: Response, protocol: string): Response {
  const response = new Response(null, { status: 204, headers: allowedHeaders(headers) });
  if (protocol !== "") response.headers.set("sec-websocket-protocol", protocol);
  return Object.defineProperties(response, { status: { value: 101 }, ok: { value: false } });
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}
