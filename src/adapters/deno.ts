import { usageError } from "../base/usage_error.ts";
import { sweep } from "../connection/clockwork.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Listener, ServerAdapter, UpgradeRequest } from "../server/adapter.ts";
import { switchingProtocols } from "../server/placeholder.ts";
import { isWrapped } from "../server/request_state.ts";
import { findChannels } from "./channels.ts";
import { signalOf } from "./deno_signal.ts";
import { DenoSocket, type DenoWebSocket } from "./deno_socket.ts";
import { connectionLimit, LIMITS_FILE } from "./open_files.ts";

interface DenoServer {
  readonly addr: { readonly port?: number };
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

interface DenoUpgrade {
  readonly response: Response;
  readonly socket: DenoWebSocket;
}

/** The part of the `Deno` namespace that we use. */
interface DenoNamespace {
  upgradeWebSocket(request: Request, options: { idleTimeout: number }): DenoUpgrade;
  serve(
    options: Record<string, unknown>,
    handler: (request: Request, info: unknown) => Response | Promise<Response>,
  ): DenoServer;
  readonly permissions: { querySync(descriptor: object): { readonly state: string } };
  readTextFileSync(path: string): string;
}

function deno(): DenoNamespace | undefined {
  return (globalThis as { Deno?: DenoNamespace }).Deno;
}

/** Whether this is Deno. */
export function isDeno(): boolean {
  return typeof deno()?.upgradeWebSocket === "function";
}

/**
 * Upgrades that are still to be looked at for copies of requests. Looking takes a while, and code
 * that makes copies makes them from the beginning.
 */
let suspects = 20;

/** How often a cautious upgrade looks whether the client has left, and milliseconds between. */
const LOOKS = 5;
const LOOK_AGAIN = 5;

/** Milliseconds between two tries to listen again. */
const REVIVAL = 100;

/** Deno, on `Deno.serve` and `Deno.upgradeWebSocket`. */
export const denoAdapter: ServerAdapter = {
  name: "deno",
  abilities: {
    pause: false,
    pings: "runtime",
    bufferedAmount: true,
    drain: "poll",
    progress: "messages",
    compression: false,
    terminate: "close",
  },
  clockwork: sweep,
  channels: findChannels,
  placeholder: switchingProtocols,

  opening: (request, info) => openingOf(request, () => remoteAddress(info)),

  /** Only a signal that was read before tells later that the client has left. */
  watch(request): void {
    void signalOf(request);
  },

  upgrade(upgrade, connection): Response | undefined | Promise<Response | undefined> {
    return upgrade.cautious
      ? switchCautiously(upgrade, connection)
      : switchProtocols(upgrade, connection);
  },

  connectionLimit(): number {
    const { permissions, readTextFileSync } = deno()!;
    try {
      // Asking first, because reading might stop the program with a prompt.
      const { state } = permissions.querySync({ name: "read", path: LIMITS_FILE });
      return connectionLimit(state === "granted" ? readTextFileSync(LIMITS_FILE) : undefined);
    } catch {
      return connectionLimit(undefined);
    }
  },

  listen(options, fetch, { clock, report }): Listener {
    const { hostname, cert, key, native } = options;
    let stopped = false;

    const start = (port: number): DenoServer => {
      const tls = cert === undefined ? {} : { cert, key };
      const own = { port, hostname, onListen: () => {} };
      const server = deno()!.serve({ ...native, ...tls, ...own }, fetch);
      // A Deno server ends for good when the process is out of file descriptors (it rejects), and
      // when a request of its own throws at it (it resolves).
      server.finished.then(() => new Error("Deno.serve ended by itself"), (error) => error)
        .then((error) => {
          if (stopped) return;
          report(error, undefined);
          revive();
        });
      return server;
    };
    const revive = (): void => {
      if (stopped) return;
      try {
        server = start(port);
      } catch {
        clock.after(REVIVAL, revive);
      }
    };

    let server = start(options.port);
    const port = server.addr.port ?? options.port;
    return {
      port,
      get native() {
        return server;
      },
      stop: () => {
        stopped = true;
        return server.shutdown();
      },
      // No abort: a signal that aborts after shutdown() throws where nobody can catch it.
    };
  },
};

/**
 * Upgrades, unless the client has left: then Deno would answer with a 101, never open the socket and
 * keep its descriptor for good.
 */
function switchProtocols(
  { request, context, response, protocol, limits, watched }: UpgradeRequest,
  connection: ServerConnection,
): Response | undefined {
  if ((!isWrapped(request) || suspects-- > 0) && isCopy(request)) {
    throw usageError("upgrade", "the Request that Deno.serve passed", "a copy of it");
  }
  if (watched && request.signal.aborted) return undefined;
  const { url, headers } = request;
  // Deno closes the request as soon as it is upgraded; headers that were read as a whole stay
  // readable. This reads them at the least cost: a list, and Deno keeps the request anyway.
  headers.getSetCookie();
  connection.request = { url, headers, remoteAddress: remoteAddress(context) };
  // Nothing may throw once Deno has upgraded: it would close its listener.
  const allowed = allowedHeaders(response.headers);
  const upgrade = deno()!.upgradeWebSocket(request, { idleTimeout: limits.idleTimeout / 1000 });
  // Not Deno's `protocol` option: it does not find the second of "a,b".
  if (protocol !== "") allowed.push(["sec-websocket-protocol", protocol]);
  for (const [name, value] of allowed) upgrade.response.headers.append(name, value);
  new DenoSocket(upgrade.socket, connection);
  return upgrade.response;
}

/**
 * Upgrades after some looks at the client. One long wait would not do: where a lot happens, timers
 * that are late fire before Deno has heard of the network again.
 */
async function switchCautiously(
  upgrade: UpgradeRequest,
  connection: ServerConnection,
): Promise<Response | undefined> {
  const signal = signalOf(upgrade.request);
  for (let looks = 0; looks < LOOKS && !signal.aborted; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
  return switchProtocols({ ...upgrade, watched: true }, connection);
}

/** Only the headers of the server's own requests are immutable. */
function isCopy(request: Request): boolean {
  try {
    request.headers.delete("x-edgesocket-probe");
    return true;
  } catch {
    return false;
  }
}

function remoteAddress(info: unknown): string {
  const address = (info as { remoteAddr?: { hostname?: string } } | undefined)
    ?.remoteAddr;
  return address?.hostname ?? "";
}
