import type { Clock } from "../base/clock.ts";
import type { Clockwork } from "../connection/clockwork.ts";
import type { Reporter } from "../connection/events.ts";
import type { Limits } from "../connection/limits.ts";
import type { ServerConnection } from "../connection/server_connection.ts";
import type { Abilities } from "../connection/socket.ts";
import type { Threshold } from "../handshake/compression.ts";
import type { Opening } from "../handshake/opening.ts";
import type { Channels } from "./diagnostics.ts";
import type { Placeholder } from "./placeholder.ts";

/** What an adapter is handed to switch protocols. */
export interface UpgradeRequest {
  /** The very request that the runtime passed to fetch. */
  readonly request: Request;
  /** What the runtime passed beside it. */
  readonly context: unknown;
  /** What the pipeline made: its headers go on the 101, but for those that the handshake owns. */
  readonly response: Response;
  /** The subprotocol for the 101; `""` for none. */
  readonly protocol: string;
  /**
   * Bytes from which on messages are compressed. `false`: an offer of the client is not taken.
   * `undefined`: the server does not compress, and no offer has to be kept from the runtime.
   */
  readonly compression: Threshold;
  /**
   * The limits of the route: for runtimes that ping by themselves, or that keep a connection while the
   * program sleeps.
   */
  readonly limits: Limits;
  /** Aborts when the server shuts down: what is still under way then is given up. */
  readonly signal: AbortSignal;
  /** Whether `watch` was called for the request. */
  readonly watched: boolean;
  /** Whether sockets have failed to open lately, so that it is worth some time to look again. */
  readonly cautious: boolean;
}

/** The port that a runtime implements: what an upgrade needs. */
export interface Adapter {
  /** What its sockets can do. */
  readonly abilities: Abilities;
  /** What makes a server look at its connections. */
  readonly clockwork: Clockwork;
  /** The response that stands for an upgrade while the pipeline runs. */
  readonly placeholder: Placeholder;

  /** Where servers tell of what happens. Called once for each server, when it is made. */
  channels(): Channels;

  /** The opening handshake that a request is; `undefined` if it asks for no WebSocket. */
  opening(request: Request, context: unknown): Opening | undefined;

  /**
   * From now on, the runtime notices if the client of this request leaves. Called when the pipeline
   * takes longer than a turn of the event loop. Missing where the runtime notices by itself.
   */
  watch?(request: Request): void;

  /**
   * Answers the opening handshake with a 101 and brings `connection` to life: says what stays
   * readable of its request, then calls `opened` with a socket.
   *
   * @returns The response for the runtime; `undefined` if the client has left, or has not waited for
   * the 101.
   * @throws {TypeError} If the request or the context is not what the runtime itself passed.
   */
  upgrade(
    upgrade: UpgradeRequest,
    connection: ServerConnection,
  ): Response | undefined | Promise<Response | undefined>;
}

/** The port of a runtime on which we start servers of our own. */
export interface ServerAdapter extends Adapter {
  /** The option of `serve` that holds the runtime's own options. */
  readonly name: "deno" | "bun" | "node";

  /** Connections that the process has file descriptors for, as far as it can know. */
  connectionLimit(): number;

  /** Starts a server. */
  listen(options: ListenOptions, fetch: Fetch, server: ListeningServer): Listener;
}

/** A server's `fetch` once it is wrapped. */
export type Fetch = (request: Request, context?: unknown) => Response | Promise<Response>;

/** Where a server listens, and what else its runtime is told. */
export interface ListenOptions {
  readonly port: number;
  readonly hostname: string;
  /** The certificate chain for TLS, PEM. */
  readonly cert?: string | undefined;
  /** The private key for TLS, PEM. */
  readonly key?: string | undefined;
  /** Options of the runtime itself, handed on as they are. */
  readonly native: Readonly<Record<string, unknown>>;
}

/** The smaller part of a server that listening needs. */
export interface ListeningServer {
  readonly clock: Clock;
  readonly maxPayloadLength: number;
  /** Whether there are routes whose messages may be compressed. */
  readonly compresses: boolean;
  readonly report: Reporter;
}

/** A server that listens. */
export interface Listener {
  /** What was asked for, or what the system has chosen once it listens. */
  readonly port: number;
  /** The runtime's own server. */
  readonly native: unknown;
  /** Resolves when it listens, rejects if it cannot. Missing where it listens from the start. */
  readonly ready?: Promise<void>;
  /** Takes no new requests and resolves when those under way are answered. */
  stop(): Promise<void>;
  /** Ends at once whatever is left. Missing where the runtime cannot. */
  abort?(): void;
}
