import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { isIP } from "node:net";
import { sweep } from "../connection/clockwork.ts";
import type { Abilities } from "../connection/socket.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { type Opening, openingOf } from "../handshake/opening.ts";
import { refusal, type Refused } from "../handshake/verdict.ts";
import type { Fetch, Listener, ListeningServer, ListenOptions } from "../server/adapter.ts";
import type { ServerAdapter, UpgradeRequest } from "../server/adapter.ts";
import { listenError } from "../server/serve.ts";
import { noContentWithToken } from "../server/token_placeholder.ts";
import { bunAdapter, isBun } from "./bun.ts";
import { findChannels } from "./channels.ts";
import { denoAdapter, isDeno } from "./deno.ts";
import type { NodeHttpServer, NodeIncoming } from "./node_http.ts";
import { NodeListeners } from "./node_listeners.ts";
import type { NodeContext } from "./node_peers.ts";
import { NodeConnectionRequest } from "./node_request.ts";
import { NodeBunSocket } from "./node_bun_socket.ts";
import { NodeDeflateSocket } from "./node_deflate_socket.ts";
import { NodeSocket } from "./node_socket.ts";
import { TAKEN } from "./node_switch.ts";
import { upgradeOf } from "./node_upgrade.ts";

/** Header lines that an opening handshake may have: Node itself drops what comes after 2,000. */
const MOST_HEADERS = 256;

/** Milliseconds that a client may take for the head of a request, and between two looks at that. */
const HEADERS_TIMEOUT = 10_000;
const HEADERS_CHECKED = 2_000;

/** The length of the queue of connections that wait to be accepted: Node's own default. */
const BACKLOG = 511;

const ON_NODE: Abilities = {
  pause: true,
  pings: "watchdog",
  bufferedAmount: true,
  drain: "event",
  progress: "bytes",
  compression: true,
  terminate: "cut",
};

/** What sockets can do, by the runtime that runs this. */
export const ABILITIES = {
  node: ON_NODE,
  /** Bun puts sockets of its own in the place of those of `ws`, which can do less. */
  bun: { ...ON_NODE, pause: false, drain: "poll", progress: "messages", compression: false },
  /**
   * Deno does not say how much of a write has gone out, and ends the process when `ws` inflates a
   * message that is damaged.
   */
  deno: { ...ON_NODE, progress: "messages", compression: false },
} as const satisfies Readonly<Record<string, Abilities>>;

/** Node, and Deno and Bun through `node:http`: on `http.Server`, `ws` and `@hono/node-server`. */
export const nodeAdapter: ServerAdapter = {
  name: "node",
  get abilities(): Abilities {
    return ABILITIES[isBun() ? "bun" : isDeno() ? "deno" : "node"];
  },
  clockwork: sweep,
  channels: findChannels,
  placeholder: noContentWithToken,

  opening(request, context): Opening | undefined {
    const { incoming } = context as NodeContext;
    return openingOf(request, () => incoming.socket.remoteAddress ?? "", faultOf(incoming));
  },

  watch(request): void {
    upgradeOf(request)?.watch();
  },

  upgrade(
    { request, context, response, protocol, compression }: UpgradeRequest,
    connection: ServerConnection,
  ): Response | undefined {
    const upgrade = upgradeOf((context as NodeContext).incoming);
    // Node has seen no upgrade in it.
    if (upgrade === undefined) return undefined;
    if (upgrade.taken) throw TAKEN;
    const { rawHeaders, socket: { remoteAddress = "" } } = upgrade.incoming;
    const { url } = request;
    const accepted = upgrade.accept(allowedHeaders(response.headers), protocol, !!compression);
    if (accepted === undefined) return undefined;
    connection.request = new NodeConnectionRequest(url, rawHeaders, remoteAddress);
    const { raw, stream } = accepted;
    if (compression && raw.extensions !== "") {
      connection.opened(new NodeDeflateSocket(raw, stream, connection, compression));
    } else {
      const Socket = isBun() ? NodeBunSocket : NodeSocket;
      connection.opened(new Socket(raw, stream, connection));
    }
    return response;
  },

  connectionLimit: () => (isDeno() ? denoAdapter : bunAdapter).connectionLimit(),

  listen({ port, hostname, cert, key, native }: ListenOptions, fetch, state): Listener {
    const timeouts = {
      headersTimeout: HEADERS_TIMEOUT,
      connectionsCheckingInterval: HEADERS_CHECKED,
    };
    const server = cert === undefined
      ? createServer({ ...timeouts, ...native })
      : createSecureServer({ ...timeouts, ...native, cert, key });
    const listeners = listenersFor(server as unknown as NodeHttpServer, fetch, state);
    server.on("request", (incoming, outgoing) => listeners.request(incoming, outgoing as never));
    server.on("upgrade", (incoming, stream, head) => {
      listeners.upgrade(incoming, stream as never, head);
    });
    // Without a listener, Node ends the connection without an answer.
    server.on("connect", (incoming, stream, head) => {
      listeners.connect(incoming, stream as never, head);
    });
    const listening = new Promise<void>((resolve, reject) => {
      server.on("listening", resolve);
      server.on("error", (error) => {
        if (server.listening) state.report(error, undefined);
        else reject(listenError(error, hostname, port));
      });
    });
    listenNow(server as unknown as LegacyServer, port, hostname);
    const address = () => server.address() as { readonly port: number } | null;
    return {
      native: server,
      get port() {
        return address()?.port ?? port;
      },
      ready: Promise.all([listening, listeners.ready]).then(() => {}),
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections?.();
        }),
      abort() {
        listeners.abort();
        server.closeAllConnections?.();
      },
    };
  },
};

/** What a server of our own answers: everything that comes. */
function listenersFor(server: NodeHttpServer, fetch: Fetch, state: ListeningServer): NodeListeners {
  return new NodeListeners(fetch, state, {
    claim: () => "ours",
    ordinary: (incoming, outgoing) => server.emit("request", incoming, outgoing),
  });
}

/** What Node lets pass and RFC 6455 §4.1 does not, or what no other runtime would let pass. */
function faultOf({ httpVersion, rawHeaders }: NodeIncoming): Refused | undefined {
  if (httpVersion !== "1.1") return refusal(400, `expected HTTP/1.1, got HTTP/${httpVersion}`);
  const lines = rawHeaders.length / 2;
  if (lines <= MOST_HEADERS) return undefined;
  return refusal(400, `expected at most ${MOST_HEADERS} header lines, got ${lines}`);
}

interface LegacyServer {
  listen(port: number, hostname: string): void;
  /** An old name of what `listen` ends in. */
  _listen2?(address: string, port: number, family: number, backlog: number): void;
}

/**
 * Listens on an address in this very turn of the event loop, so that the port is known when `serve`
 * returns, as on other runtimes. `listen` would look up even an address, in a later turn.
 */
function listenNow(server: LegacyServer, port: number, hostname: string): void {
  const family = isIP(hostname);
  if (family === 0 || server._listen2 === undefined) server.listen(port, hostname);
  else server._listen2(hostname, port, family, BACKLOG);
}
