import type { Adapter, Listener } from "../adapter.ts";
import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../close.ts";
import { copyAllowed } from "../headers.ts";
import { connectionLimit, LIMITS_FILE } from "./descriptors.ts";
import { ServerConnection } from "../server_connection.ts";
import type { SendData, Socket } from "../socket.ts";

/** The part of `WebSocket` that we use: a server's, so that it pings and takes any close code. */
interface DenoWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  onclose: ((event: DenoCloseEvent) => void) | null;
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

  commit(request, info, intent, headers, host): Response {
    if (isCopy(request)) {
      // Deno would answer with a 101 and never open the socket.
      throw new TypeError(
        "Cannot upgrade: expected the Request that Deno.serve passed, got a copy of it",
      );
    }
    // Deno closes the request, headers and all, as soon as it is upgraded.
    const snapshot = {
      url: request.url,
      headers: new Headers(request.headers),
      remoteAddress: remoteAddress(info),
    };
    // Nothing may throw once Deno has upgraded: it would close its listener.
    const allowed = new Headers();
    copyAllowed(headers, allowed);
    const { response, socket } = deno()!.upgradeWebSocket(request, {
      idleTimeout: intent.limits.idleTimeout / 1000,
    });
    copyAllowed(allowed, response.headers);
    // Not Deno's `protocol` option: it does not find the second of "a,b".
    if (intent.protocol !== "") {
      response.headers.set("sec-websocket-protocol", intent.protocol);
    }
    attach(socket, new ServerConnection(snapshot, intent, host));
    return response;
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
      // A Deno server ends for good when the process is out of file descriptors.
      server.finished.catch((error) => {
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
  /** Bytes ever sent. */
  #sent = 0;
  /** Bytes that the operating system had taken at the last look. */
  #flushed = 0;
  #gone = false;
  #polling = false;

  constructor(raw: DenoWebSocket) {
    this.raw = raw;
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

function attach(socket: DenoWebSocket, connection: ServerConnection): void {
  let fault = "";
  socket.binaryType = "arraybuffer";
  socket.onopen = () => connection.opened(new DenoSocket(socket));
  socket.onmessage = (event) => connection.received(event.data);
  socket.onerror = (event) => {
    fault = event.message ?? "";
    // The 101 is out, but Deno could not take the connection over: no close event will come.
    if (socket.readyState === CONNECTING) connection.ended(broken("network"));
  };
  socket.onclose = (event) => {
    connection.ended(closeInfo(event, fault));
    // Deno's idle timer holds on to a broken socket, and fires this again after a timeout.
    socket.onopen =
      socket.onmessage =
      socket.onerror =
      socket.onclose =
        null;
  };
}

function closeInfo(
  { code, reason, wasClean }: DenoCloseEvent,
  fault: string,
): CloseInfo {
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
