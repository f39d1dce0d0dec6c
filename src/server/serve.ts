import type { Clock } from "../base/clock.ts";
import { contain } from "../base/contain.ts";
import { Deferred } from "../base/deferred.ts";
import { checkNames, checkNumber, checkOption, checkSeconds } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { Listener, ServerAdapter } from "./adapter.ts";
import { drain } from "./drain.ts";
import { type FetchHandler, wrapFetch } from "./pipeline.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "./host_options.ts";
import { isRouteOption } from "./route.ts";
import { ServerState } from "./server_state.ts";
import { checkShutdown, type Shutdown, type ShutdownOptions } from "./shutdown_options.ts";

/** Options of a runtime's own `serve`. */
export type NativeOptions = Readonly<Record<string, unknown>>;

/** Where and how to serve. */
export interface ServeOptions extends HostOptions {
  /** Answers requests: `app.fetch` of Hono, or your own function. */
  readonly fetch: FetchHandler;
  /**
   * TCP port; 0 lets the system choose.
   *
   * @default {8000}
   */
  readonly port?: number | undefined;
  /**
   * Address to listen on; `"localhost"` for this machine only.
   *
   * @default {"0.0.0.0"}
   */
  readonly hostname?: string | undefined;
  /** Certificate chain for TLS, PEM. With `key`. */
  readonly cert?: string | undefined;
  /** Private key for TLS, PEM. With `cert`. */
  readonly key?: string | undefined;
  /**
   * Seconds that `shutdown` waits for closing handshakes before it ends what is left.
   *
   * @default {10}
   */
  readonly shutdownTimeout?: number | undefined;
  /** Shuts the server down when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called once the server listens. Without it, the console gets a line that says where.
   *
   * @default {console.log}
   */
  readonly onListen?: ((server: WebSocketServer) => void) | undefined;
  /** What `handler` returned can be handed on whole: `serve` brings its own, and ignores this one. */
  readonly websocket?: unknown;
  /** Options for `Deno.serve` that are handed on as they are, on Deno. */
  readonly deno?: NativeOptions | undefined;
  /** Options for `Bun.serve` that are handed on as they are, on Bun. */
  readonly bun?: NativeOptions | undefined;
  /** Options for `createServer` of `node:http` or `node:https`, in `serve` of the entry for Node. */
  readonly node?: NativeOptions | undefined;
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
  /**
   * What to tell whoever asks whether this server is ready: it takes new connections while it is
   * `"listening"`. It is `"draining"` from the first call of `shutdown` on, and `"closed"` at last;
   * `"starting"` on Node only, before the port is open.
   */
  readonly status: "starting" | "listening" | "draining" | "closed";
  /** The runtime's own server: a `Deno.HttpServer`, Bun's `Server`, or an `http.Server`. */
  readonly native: unknown;
  /** Resolves when the server has shut down. */
  readonly finished: Promise<void>;
  /**
   * Refuses new connections with 503, closes the open ones with 1001 and stops listening. Resolves
   * when all that is done, `shutdownTimeout` after the last close frame at the latest. A second call,
   * or the option `signal`, ends a `drain` at once, and nothing else.
   *
   * On Deno, a client that does not read and a response that never comes keep the process even
   * then: end it with `Deno.exit()`.
   *
   * @throws {TypeError} If an option is unknown or not a number.
   * @throws {RangeError} If an option is out of range.
   */
  shutdown(options?: ShutdownOptions): Promise<void>;
}

const SERVE_OPTIONS: readonly (keyof ServeOptions)[] = [
  "fetch",
  "port",
  "hostname",
  "cert",
  "key",
  "shutdownTimeout",
  "signal",
  "onListen",
  "websocket",
  "deno",
  "bun",
  "node",
  ...HOST_OPTIONS,
];

/** What `serve` itself sees to, on whatever runtime. */
const NOT_NATIVE = /^(port|hostname|cert|key|onListen|signal|fetch|handler|websocket|path|unix)$/;

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
  checkServeNames(options);
  const { port = 8000, hostname = "0.0.0.0", cert, key, signal, onListen } = options;
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  checkNumber("port", port, isPort, "a whole number from 0 to 65535");
  checkOption("hostname", hostname, "string");
  checkOption("cert", cert, "string");
  checkOption("key", key, "string");
  checkOption("onListen", onListen, "function");
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw usageError("use option signal", "an AbortSignal", typeOf(signal));
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw usageError("use TLS", "both cert and key", "one of them");
  }
  const { shutdownTimeout = 10 } = options;
  const timeout = 1000 * checkSeconds("shutdownTimeout", shutdownTimeout, 0);
  const hostOptions = checkHostOptions(options);
  const adapter = findAdapter();
  const native = options[adapter.name] ?? {};
  const state = new ServerState(hostOptions, adapter, clock);
  const fetch = wrapFetch(options.fetch, state);
  const listener = listen(
    () => adapter.listen({ port, hostname, cert, key, native }, fetch, state),
    hostname,
    port,
  );
  const finished = new Deferred<void>();
  const hurry = new AbortController();
  let status: WebSocketServer["status"] = listener.ready ? "starting" : "listening";
  const shutdown = () => void server.shutdown();

  const scheme = cert === undefined ? "http" : "https";
  const server: WebSocketServer = {
    get port() {
      return listener.port;
    },
    hostname,
    get url() {
      return `${scheme}://${reachable(hostname)}:${listener.port}/`;
    },
    get connections() {
      return state.registry.size;
    },
    get status() {
      return status;
    },
    get native() {
      return listener.native;
    },
    finished: finished.promise,
    shutdown(options = {}) {
      const how = checkShutdown(options);
      if (state.signal.aborted) {
        hurry.abort();
      } else {
        status = "draining";
        state.drain();
        stop(state, listener, timeout, how, hurry.signal).then(() => {
          status = "closed";
          signal?.removeEventListener("abort", shutdown);
          finished.resolve();
        });
      }
      return finished.promise;
    },
    [Symbol.asyncDispose]() {
      return this.shutdown();
    },
  };
  if (signal?.aborted) server.shutdown();
  else signal?.addEventListener("abort", shutdown);
  const listening = () => {
    if (status === "starting") status = "listening";
    if (status !== "listening") return;
    if (onListen) contain(() => onListen(server), (error) => state.report(error, undefined));
    else console.log(`Listening on ${server.url}`);
  };
  if (listener.ready) {
    listener.ready.then(listening, (error) => {
      finished.resolve(Promise.reject(error));
      server.shutdown();
    });
  } else listening();
  return server;
}

/** Refuses options that nobody would read, and says where those belong that somebody else reads. */
function checkServeNames(options: ServeOptions): void {
  for (const name in options) {
    if (isRouteOption(name) && !SERVE_OPTIONS.includes(name as keyof ServeOptions)) {
      throw usageError(
        "use options of serve",
        `${name} in those of upgradeWebSocket, or of createUpgradeWebSocket for all routes`,
        name,
      );
    }
  }
  checkNames("serve", options, SERVE_OPTIONS);
  for (const runtime of ["deno", "bun", "node"] as const) {
    const native = options[runtime];
    if (native === undefined) continue;
    if (typeof native !== "object" || native === null || Array.isArray(native)) {
      throw usageError(`use option ${runtime}`, "an object", typeOf(native));
    }
    const own = Object.keys(native).find((name) => NOT_NATIVE.test(name));
    if (own === undefined) continue;
    const expected = own === "path" || own === "unix"
      ? "a TCP port (for a unix socket, give handler(fetch) to your own server)"
      : `${own} beside it, as serve sees to that itself`;
    throw usageError(`use option ${runtime}`, expected, own);
  }
}

function listen(
  start: () => Listener,
  hostname: string,
  port: number,
): Listener {
  try {
    return start();
  } catch (error) {
    throw listenError(error, hostname, port);
  }
}

/** What somebody is told who cannot listen there. */
export function listenError(error: unknown, hostname: string, port: number): Error {
  const { name, code, message } = error as { name: string; code?: string; message: string };
  const taken = name === "AddrInUse" || code === "EADDRINUSE";
  return new Error(
    `Cannot listen on ${hostname}:${port}: ${taken ? "the port is taken" : message}`,
    { cause: error },
  );
}

/** Closes the connections, then the listener, both within `timeout` milliseconds after a drain. */
async function stop(
  state: ServerState,
  listener: Listener,
  timeout: number,
  how: Shutdown,
  hurry: AbortSignal,
): Promise<void> {
  const { clock, registry } = state;
  if (how.drain > 0) await drain(registry, how, hurry);
  const end = clock.now() + timeout;
  await registry.shutdown(timeout, how.code);
  const late = new Deferred<void>();
  const cancel = clock.after(Math.max(0, end - clock.now()), () => {
    listener.abort?.();
    late.resolve();
  });
  const held = Promise.allSettled(state.held);
  await Promise.race([Promise.all([listener.stop().catch(() => {}), held]), late.promise]);
  cancel();
}

/** An address that stands for all of them is no address to connect to. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
