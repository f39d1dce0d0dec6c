import { connectionLimit, LIMITS_FILE } from "./open_files.ts";
import type { Adapter, Listener } from "../server/adapter.ts";
import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { adopter } from "../server/request_state.ts";
import { mismatch } from "../base/usage_error.ts";
import { ServerConnection } from "../connection/server_connection.ts";
import type { Message, SendData, Socket } from "../connection/socket.ts";

/** Where Deno's socket carries ours: listeners of its own would make each upgrade a tenth slower. */
const LIFE = Symbol("life");

/** The part of `WebSocket` that we use: a server's, so that it pings and takes any close code. */
interface DenoWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  onmessage: ((event: { readonly data: Message }) => void) | null;
  [LIFE]?: DenoSocket | undefined;
  addEventListener<E>(type: string, listener: (this: DenoWebSocket, event: E) => void): void;
  send(data: SendData): void;
  close(code: number, reason: string): void;
}

interface DenoCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

interface DenoServer {
  readonly addr: { readonly port?: number };
  readonly finished: Promise<void>;
  shutdown(): Promise<void>;
}

/** The part of the `Deno` namespace that we use. */
interface DenoNamespace {
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { readonly response: Response; readonly socket: DenoWebSocket };
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

/** `readyState` before the socket is open. */
const CONNECTING = 0;

/** Milliseconds between two looks at `bufferedAmount`: Deno has no event for it. */
const DRAIN_POLL = 4;

/** Milliseconds between two tries to listen again. */
const REVIVAL = 100;

/** Deno, on `Deno.serve` and `Deno.upgradeWebSocket`. */
export const denoAdapter: Adapter = {
  detect: () => typeof deno()?.upgradeWebSocket === "function",

  commit(request, info, intent, response, host): Response {
    if (adopter(request) === undefined && isCopy(request)) {
      // Deno would answer with a 101 and never open the socket.
      throw mismatch("upgrade", "the Request that Deno.serve passed", "a copy of it");
    }
    const { url, headers } = request;
    // Deno closes the request as soon as it is upgraded; headers that were read as a whole stay
    // readable. This reads them at the least cost: a list, and Deno keeps the request anyway.
    headers.getSetCookie();
    const snapshot = { url, headers, remoteAddress: remoteAddress(info) };
    // Nothing may throw once Deno has upgraded: it would close its listener.
    const allowed = allowedHeaders(response.headers);
    const upgrade = deno()!.upgradeWebSocket(request, {
      idleTimeout: intent.limits.idleTimeout / 1000,
    });
    // Not Deno's `protocol` option: it does not find the second of "a,b".
    if (intent.protocol !== "") allowed.push(["sec-websocket-protocol", intent.protocol]);
    for (const [name, value] of allowed) upgrade.response.headers.append(name, value);
    new DenoSocket(upgrade.socket, new ServerConnection(snapshot, intent, host));
    return upgrade.response;
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

  listen(options, fetch, host): Listener {
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
          host.report(error, undefined);
          revive();
        });
      return server;
    };
    const revive = (): void => {
      if (stopped) return;
      try {
        server = start(port);
      } catch {
        setTimeout(revive, REVIVAL);
      }
    };

    let server = start(options.port);
    const port = server.addr.port ?? options.port;
    return {
      port,
      stop: () => {
        stopped = true;
        return server.shutdown();
      },
      // No abort: a signal that aborts after shutdown() throws where nobody can catch it.
    };
  },
};

class DenoSocket implements Socket {
  readonly raw: DenoWebSocket;
  readonly connection: ServerConnection;
  /** What went wrong, in Deno's words. */
  fault = "";
  /** Bytes ever sent. */
  #sent = 0;
  /** Bytes that the operating system had taken at the last look. */
  #flushed = 0;
  #gone = false;
  #polling = false;

  constructor(raw: DenoWebSocket, connection: ServerConnection) {
    this.raw = raw;
    this.connection = connection;
    raw[LIFE] = this;
    raw.binaryType = "arraybuffer";
    // Takes less memory than `onopen` and the like; for messages, `onmessage` is the faster one.
    raw.addEventListener("open", onOpen);
    raw.addEventListener("error", onError);
    raw.addEventListener("close", onClose);
    raw.onmessage = onMessage;
  }

  get bufferedAmount(): number {
    return this.raw.bufferedAmount;
  }

  send(data: SendData, limit: number): boolean {
    const before = this.raw.bufferedAmount;
    if (before > limit) return false;
    this.raw.send(data);
    this.#sent += this.raw.bufferedAmount - before;
    return true;
  }

  close(code: number, reason: string): void {
    this.raw.close(code, reason);
  }

  /** Deno cannot cut a connection: https://github.com/denoland/deno/issues/27924 */
  terminate(): void {
    this.raw.close(1001, "");
  }

  /** Deno answers pongs by itself and drops who sends none, unless what it writes is stuck. */
  pulse(): "alive" | "stalled" | "lost" {
    if (this.raw.readyState !== 1) {
      // Between a close frame and its event there is a moment; two looks in a row are none.
      if (this.#gone) return "lost";
      this.#gone = true;
      return "alive";
    }
    // Nothing was sent since the last look: not asking Deno halves what a look costs.
    if (this.#sent === this.#flushed) return "alive";
    const { bufferedAmount } = this.raw;
    const flushed = this.#sent - bufferedAmount;
    const moving = bufferedAmount === 0 || flushed > this.#flushed;
    this.#flushed = flushed;
    return moving ? "alive" : "stalled";
  }

  awaitDrain(task: () => void): void {
    if (this.#polling) return;
    this.#polling = true;
    const look = () => {
      if (this.raw.bufferedAmount > 0 && this.raw.readyState === 1) {
        setTimeout(look, DRAIN_POLL);
        return;
      }
      this.#polling = false;
      task();
    };
    setTimeout(look, DRAIN_POLL);
  }
}

function onOpen(this: DenoWebSocket): void {
  const life = this[LIFE];
  life?.connection.opened(life);
}

function onMessage(this: DenoWebSocket, event: { readonly data: Message }): void {
  this[LIFE]?.connection.received(event.data);
}

function onError(this: DenoWebSocket, event: { readonly message?: string }): void {
  const life = this[LIFE];
  if (life === undefined) return;
  life.fault = event.message ?? "";
  // The 101 is out, but Deno could not take the connection over: no close event will come.
  if (this.readyState === CONNECTING) life.connection.ended(broken("network"));
}

function onClose(this: DenoWebSocket, event: DenoCloseEvent): void {
  const life = this[LIFE];
  // Deno's idle timer holds on to a broken socket, and fires this again after a timeout.
  this[LIFE] = undefined;
  life?.connection.ended(closeInfo(event, life.fault));
}

function closeInfo({ code, reason, wasClean }: DenoCloseEvent, fault: string): CloseInfo {
  if (wasClean) return closedByPeer(code, reason);
  if (reason === "No response from ping frame.") return broken("idle-timeout");
  if (fault.includes("Frame too large")) return TOO_LARGE;
  return broken("network");
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
