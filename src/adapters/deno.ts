import { usageError } from "../base/usage_error.ts";
import { sweep } from "../connection/clockwork.ts";
import { broken, closedByPeer, type CloseInfo, TOO_LARGE } from "../connection/close.ts";
import { type Message, MESSAGE_OVERHEAD, type SendData } from "../connection/message.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { SendResult, Socket } from "../connection/socket.ts";
import { allowedHeaders } from "../handshake/headers.ts";
import { openingOf } from "../handshake/opening.ts";
import type { Listener, ServerAdapter, UpgradeRequest } from "../server/adapter.ts";
import { switchingProtocols } from "../server/placeholder.ts";
import { requestState } from "../server/request_state.ts";
import { connectionLimit, LIMITS_FILE } from "./open_files.ts";

/** Where Deno's socket carries ours: listeners of its own would make each upgrade a tenth slower. */
const OURS = Symbol("edgesocket");

/** The part of `WebSocket` that we use: a server's, so that it pings and takes any close code. */
interface DenoWebSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  onmessage: ((event: { readonly data: Message }) => void) | null;
  [OURS]?: DenoSocket | undefined;
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

const CONNECTING = 0;
const OPEN = 1;

/** What stands for a close frame without a code: RFC 6455 §7.4.1. */
const NO_CODE = 1005;

/** Bytes that may have been sent before it is worth a look how many of them wait. */
const UNSEEN = 64 * 1024;

/**
 * Bytes that Deno is handed at most, but for a message that is larger: what it has been handed stays
 * in memory until the client has left, whatever we do.
 */
const HANDED = 256 * 1024;

/** Whether Deno's warning about signals is kept off the console of this process. */
let muted = false;

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
  abilities: {
    pause: false,
    pings: "runtime",
    bufferedAmount: true,
    drain: "poll",
    compression: false,
    terminate: "close",
  },
  clockwork: sweep,
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
      stop: () => {
        stopped = true;
        return server.shutdown();
      },
      // No abort: a signal that aborts after shutdown() throws where nobody can catch it.
    };
  },
};

/** Aborts when the client of a request leaves, if it was read before. */
function signalOf(request: Request): AbortSignal {
  if (!muted) muteWarning();
  return request.signal;
}

/**
 * Deno warns once in each process when a request whose signal was read is done, as if somebody had
 * relied on the abort. We only look at it, and keep that one warning off the console.
 */
function muteWarning(): void {
  muted = true;
  const { warn } = console;
  const filter = (...words: unknown[]): void => {
    if (!`${words[0]}`.startsWith("Deno.serve: request.signal aborts")) return warn(...words);
    if (console.warn === filter) console.warn = warn;
  };
  console.warn = filter;
}

/**
 * Upgrades, unless the client has left: then Deno would answer with a 101, never open the socket and
 * keep its descriptor for good.
 */
function switchProtocols(
  { request, context, response, protocol, idleTimeout, watched }: UpgradeRequest,
  connection: ServerConnection,
): Response | undefined {
  const wrapped = requestState(request) !== undefined;
  if ((!wrapped || suspects-- > 0) && isCopy(request)) {
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
  const upgrade = deno()!.upgradeWebSocket(request, { idleTimeout });
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

class DenoSocket implements Socket {
  readonly raw: DenoWebSocket;
  readonly connection: ServerConnection;
  /** What went wrong, in Deno's words. */
  fault = "";
  /** Whether a close frame of ours was sent. */
  closed = false;
  /** No more bytes than these wait: those that waited at the last look, and what was sent since. */
  #bound = 0;
  /** Messages that were handed over since nothing waited. */
  #messages = 0;
  /** For the watchdog: bytes that waited at its last look, and that were sent since. */
  #waited = 0;
  #sent = 0;
  #closing = false;

  constructor(raw: DenoWebSocket, connection: ServerConnection) {
    this.raw = raw;
    this.connection = connection;
    raw[OURS] = this;
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

  send(data: SendData): SendResult {
    // On a socket that is closed, Deno's `send` says nothing and does nothing.
    if (this.raw.readyState !== OPEN) return "gone";
    const isText = typeof data === "string";
    const size = isText ? data.length : data.byteLength;
    const atMost = isText ? 3 * size : size;
    if (this.#bound + atMost > UNSEEN) {
      const waiting = this.raw.bufferedAmount;
      if (waiting === 0) this.#messages = 0;
      // As many messages as bytes wait at most: what they cost beside their bytes counts, too.
      this.#bound = waiting + MESSAGE_OVERHEAD * Math.min(this.#messages, waiting);
      if (this.#bound >= HANDED) return "full";
    }
    this.raw.send(data);
    this.#bound += atMost + MESSAGE_OVERHEAD;
    this.#messages++;
    this.#sent += size;
    return this.#bound > UNSEEN ? "queued" : "sent";
  }

  close(code: number, reason: string): void {
    this.closed = true;
    this.raw.close(code, reason);
  }

  /** Deno cannot cut a connection: https://github.com/denoland/deno/issues/27924 */
  terminate(): void {
    this.raw.close(1001, "");
  }

  /** Deno pings by itself and drops who sends no pong, unless what it writes is stuck. */
  checkLiveness(): void {
    if (this.raw.readyState !== OPEN) {
      // Between a close frame and its event there is a moment; two looks in a row are none.
      if (this.#closing) return this.connection.lost(broken("idle-timeout"));
      this.#closing = true;
      return this.connection.alive();
    }
    // Nothing was sent since the last look: not asking Deno halves what a look costs.
    if (this.#bound === 0) return this.connection.alive();
    const { bufferedAmount } = this.raw;
    if (bufferedAmount === 0 || bufferedAmount < this.#waited + this.#sent) this.connection.alive();
    this.#bound = this.#waited = bufferedAmount;
    this.#sent = 0;
  }
}

function onOpen(this: DenoWebSocket): void {
  const socket = this[OURS];
  socket?.connection.opened(socket);
}

function onMessage(this: DenoWebSocket, event: { readonly data: Message }): void {
  this[OURS]?.connection.received(event.data);
}

function onError(this: DenoWebSocket, event: { readonly message?: string }): void {
  const socket = this[OURS];
  if (socket === undefined) return;
  socket.fault = event.message ?? "";
  // The 101 is out, but Deno could not take the connection over: no close event will come.
  if (this.readyState === CONNECTING) socket.connection.ended(broken("network"));
}

function onClose(this: DenoWebSocket, event: DenoCloseEvent): void {
  const socket = this[OURS];
  // Deno's idle timer holds on to a broken socket, and fires this again after a timeout.
  this[OURS] = undefined;
  socket?.connection.ended(closeInfo(event, socket));
}

function closeInfo(
  { code, reason, wasClean }: DenoCloseEvent,
  { closed, fault }: DenoSocket,
): CloseInfo {
  // After a close frame of ours, Deno says the same of a reset as of an answer without a code. Our
  // frame always has one, and clients echo it: RFC 6455 §5.5.1.
  if (wasClean && !(closed && code === NO_CODE)) return closedByPeer(code, reason);
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
