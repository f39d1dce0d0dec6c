import { type Clock, systemClock } from "../base/clock.ts";
import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { checkBytes, checkNumber, checkOption } from "../base/options.ts";
import type { Connection } from "../connection/connection.ts";
import type { Reporter } from "../connection/events.ts";
import { DrainPoll } from "../connection/drain_poll.ts";
import { MemoryBudget } from "../connection/memory_budget.ts";
import { Registry } from "../connection/registry.ts";
import type { ConnectionServer } from "../connection/server_connection.ts";
import type { Abilities } from "../connection/socket.ts";
import { refusal, refusalResponse, type Refused } from "../handshake/verdict.ts";
import type { Adapter, ListeningServer, ServerAdapter } from "./adapter.ts";

/** What is decided once for all routes behind one server. */
export interface HostOptions {
  /**
   * Told what went wrong in your code, once for each fault, with the connection it happened on if
   * there is one.
   *
   * @default {console.error}
   */
  readonly onError?: (error: unknown, connection?: Connection) => void;
  /**
   * Told of each opening handshake that was refused, and why. Nothing is logged by default.
   */
  readonly onRefuse?: (request: Request, verdict: Refused) => void;
  /**
   * Connections at the same time; above, new ones are refused with 503 and `Retry-After`.
   *
   * The default leaves room below the process's limit on open files, or is 10,000 where that limit
   * cannot be read: not on Linux, or on Deno without `--allow-all`.
   *
   * @default {0.9 * limit - 64}
   */
  readonly maxConnections?: number;
  /**
   * Bytes of the largest message that any route may ask for with its own `maxPayloadLength`. Bun
   * cuts longer messages off before they are in memory.
   *
   * @default {16777216}
   */
  readonly maxPayloadLength?: number;
  /**
   * Bytes that all connections together may keep waiting, in both directions, each message with 256
   * bytes of its own. Above, those end with 1013 that hold the most, until it fits; none that holds
   * less than 1 MiB does. If sockets that have closed hold it all, new handshakes get 503.
   *
   * @default {268435456}
   */
  readonly maxBuffered?: number;
}

/** The options of a server, checked. */
export interface CheckedHostOptions extends HostOptions {
  readonly maxPayloadLength: number;
  readonly maxBuffered: number;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} If an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHostOptions(options: HostOptions): CheckedHostOptions {
  checkOption("onError", options.onError, "function");
  checkOption("onRefuse", options.onRefuse, "function");
  const { maxConnections, maxPayloadLength = 16 * MIB, maxBuffered = 256 * MIB } = options;
  if (maxConnections !== undefined) {
    checkNumber("maxConnections", maxConnections, maxConnections >= 0, "a number from 0");
  }
  return {
    ...options,
    maxPayloadLength: checkBytes("maxPayloadLength", maxPayloadLength),
    maxBuffered: checkBytes("maxBuffered", maxBuffered, Number.MAX_SAFE_INTEGER),
  };
}

const MIB = 1024 * 1024;

/** Seconds after which a client that found no room may try again. */
const RETRY_AFTER = "5";

/** Milliseconds for which a server is cautious after a socket has failed to open. */
const CAUTION = 60_000;

/** Connections at the same time where nobody knows how many there may be. */
const MOST_CONNECTIONS = 10_000;

/** One server as its connections see it: who counts them, who is told of faults, what time it is. */
export class ServerState implements ConnectionServer, ListeningServer {
  readonly adapter: Adapter;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly budget: MemoryBudget;
  readonly drainPoll: DrainPoll;
  readonly maxPayloadLength: number;
  readonly #options: HostOptions;
  readonly #draining = new AbortController();
  #maxConnections: number | undefined;
  /** Places that are taken: by connections, and by what the runtime still holds of ended ones. */
  #reserved = 0;
  #failedAt = -Infinity;

  /** `adapter` is asked at the first upgrade how many connections there may be, if it knows. */
  constructor(
    options: CheckedHostOptions,
    adapter: Adapter | ServerAdapter,
    clock: Clock = systemClock,
  ) {
    this.#options = options;
    this.#maxConnections = options.maxConnections;
    this.maxPayloadLength = options.maxPayloadLength;
    this.adapter = adapter;
    this.clock = clock;
    this.registry = new Registry(clock, adapter.clockwork);
    this.budget = new MemoryBudget(options.maxBuffered);
    this.drainPoll = new DrainPoll(clock);
  }

  get abilities(): Abilities {
    return this.adapter.abilities;
  }

  /** Aborts when the server begins to shut down. */
  get signal(): AbortSignal {
    return this.#draining.signal;
  }

  /** From now on there are no new connections. */
  drain(): void {
    this.#draining.abort();
  }

  /** Why there is no room for another connection, or `undefined` if there is. */
  noRoom(): Refused | undefined {
    if (this.signal.aborted) return unavailable("the server is shutting down");
    this.#maxConnections ??= "connectionLimit" in this.adapter
      ? (this.adapter as ServerAdapter).connectionLimit()
      : MOST_CONNECTIONS;
    return this.#reserved < this.#maxConnections && !this.budget.exhausted
      ? undefined
      : unavailable("the server has no room for another connection");
  }

  /** The runtime never opened the socket of a connection: the client had left by then. */
  failedToOpen(): void {
    this.#failedAt = this.clock.now();
  }

  /** Whether a socket has failed to open lately, so that an upgrade is worth a second look. */
  get cautious(): boolean {
    return this.clock.now() - this.#failedAt < CAUTION;
  }

  /** Reserves a place for one connection, or says why there is none. */
  reserve(): Refused | undefined {
    const full = this.noRoom();
    if (full === undefined) this.#reserved++;
    return full;
  }

  release(): void {
    this.#reserved--;
  }

  /** Reports a fault of user code. Never throws. */
  readonly report: Reporter = (error, connection) => {
    const { onError } = this.#options;
    if (onError === undefined) return logError(error);
    contain(() => onError(error, connection), logError);
  };

  /** Tells of a handshake that is refused, and makes the response to it. Never throws. */
  refuse(request: Request, verdict: Refused): Response {
    if ("error" in verdict) this.report(verdict.error, undefined);
    contain(
      () => this.#options.onRefuse?.(request, verdict),
      (fault) => this.report(fault, undefined),
    );
    return refusalResponse(verdict);
  }
}

function unavailable(message: string): Refused {
  return refusal(503, message, { "retry-after": RETRY_AFTER });
}
