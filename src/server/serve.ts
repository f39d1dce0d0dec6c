import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { checkSeconds } from "../base/options.ts";
import { usageError } from "../base/usage_error.ts";
import type { Listener, ServerAdapter } from "./adapter.ts";
import { type FetchHandler, wrapFetch } from "./pipeline.ts";
import { checkHostOptions, type HostOptions, ServerState } from "./server_state.ts";

/** Where and how to serve. What is not listed here is handed to the runtime's own `serve`. */
export interface ServeOptions extends HostOptions {
  /** Answers requests: `app.fetch` of Hono, or your own function. */
  readonly fetch: FetchHandler;
  /**
   * TCP port; 0 lets the system choose.
   *
   * @default {8000}
   */
  readonly port?: number;
  /**
   * Address to listen on; `"localhost"` for this machine only.
   *
   * @default {"0.0.0.0"}
   */
  readonly hostname?: string;
  /** Certificate chain for TLS, PEM. With `key`. */
  readonly cert?: string;
  /** Private key for TLS, PEM. With `cert`. */
  readonly key?: string;
  /**
   * Seconds that `shutdown` waits for closing handshakes before it ends what is left.
   *
   * @default {10}
   */
  readonly shutdownTimeout?: number;
  /** Shuts the server down when it aborts. */
  readonly signal?: AbortSignal;
  /** Called once the server listens. */
  readonly onListen?: (server: WebSocketServer) => void;
  /** Options of `Deno.serve` or `Bun.serve`, handed on as they are. */
  readonly [native: string]: unknown;
}

/** A server that listens. */
export interface WebSocketServer extends AsyncDisposable {
  /** The TCP port. */
  readonly port: number;
  /** The address. */
  readonly hostname: string;
  /** Where a browser on this machine finds it, such as `http://localhost:8000/`. */
  readonly url: string;
  /** WebSocket connections that are open, opening or closing. */
  readonly connections: number;
  /** Resolves when the server has shut down. */
  readonly finished: Promise<void>;
  /**
   * Refuses new connections with 503, closes the open ones with 1001 and stops listening. Resolves
   * when all that is done, `shutdownTimeout` after the call at the latest. Safe to call again.
   *
   * On Deno, a client that does not read and a response that never comes keep the process even
   * then: end it with `Deno.exit()`.
   */
  shutdown(): Promise<void>;
}

const OWN = [
  "fetch",
  "port",
  "hostname",
  "cert",
  "key",
  "shutdownTimeout",
  "signal",
  "onListen",
  "onError",
  "onRefuse",
  "maxConnections",
  "maxPayloadLength",
  "maxBuffered",
];

/**
 * Starts a server.
 *
 * @param findAdapter Called once the options are checked.
 * @param clock What all timeouts of the server go by.
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 * @throws {Error} If the address cannot be listened on.
 */
export function startServer(
  options: ServeOptions,
  findAdapter: () => ServerAdapter,
  clock?: Clock,
): WebSocketServer {
  const { port = 8000, hostname = "0.0.0.0", cert, key, signal } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw usageError("use option port", "a whole number from 0 to 65535", port, RangeError);
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw usageError("use TLS", "both cert and key", "one of them");
  }
  const timeout = 1000 * checkSeconds("shutdownTimeout", options.shutdownTimeout ?? 10, 0);
  const hostOptions = checkHostOptions(options);
  const native = Object.fromEntries(
    Object.entries(options).filter(([name]) => !OWN.includes(name)),
  );
  const adapter = findAdapter();
  const state = new ServerState(hostOptions, adapter, clock);
  const fetch = wrapFetch(options.fetch, state);
  const listener = listen(
    () => adapter.listen({ port, hostname, cert, key, native }, fetch, state),
    hostname,
    port,
  );
  const finished = new Deferred<void>();
  let stopping = false;
  const shutdown = () => void server.shutdown();

  const server: WebSocketServer = {
    port: listener.port,
    hostname,
    url: `${cert === undefined ? "http" : "https"}://${reachable(hostname)}:${listener.port}/`,
    get connections() {
      return state.registry.size;
    },
    finished: finished.promise,
    shutdown() {
      if (!stopping) {
        stopping = true;
        signal?.removeEventListener("abort", shutdown);
        state.drain();
        stop(state, listener, timeout).then(finished.resolve);
      }
      return finished.promise;
    },
    [Symbol.asyncDispose]() {
      return this.shutdown();
    },
  };
  if (signal?.aborted) server.shutdown();
  else signal?.addEventListener("abort", shutdown);
  options.onListen?.(server);
  return server;
}

function listen(
  start: () => Listener,
  hostname: string,
  port: number,
): Listener {
  try {
    return start();
  } catch (error) {
    const { name, code, message } = error as { name: string; code?: string; message: string };
    const taken = name === "AddrInUse" || code === "EADDRINUSE";
    throw new Error(
      `Cannot listen on ${hostname}:${port}: ${taken ? "the port is taken" : message}`,
      { cause: error },
    );
  }
}

/** Closes the connections, then the listener, both within `timeout` milliseconds. */
async function stop(state: ServerState, listener: Listener, timeout: number): Promise<void> {
  const { clock } = state;
  const end = clock.now() + timeout;
  await state.registry.shutdown(timeout);
  const late = new Deferred<void>();
  const cancel = clock.after(Math.max(0, end - clock.now()), () => {
    listener.abort?.();
    late.resolve();
  });
  await Promise.race([listener.stop().catch(() => {}), late.promise]);
  cancel();
}

/** An address that stands for all of them is no address to connect to. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
