import { systemClock } from "../base/clock.ts";
import type { Connection, Reporter } from "../connection/connection.ts";
import { contained } from "../base/contain.ts";
import { type Refused, refused } from "../handshake/rules.ts";
import { bytes } from "../connection/limits.ts";
import { checkOption, mismatch } from "../base/usage_error.ts";
import { Registry } from "../connection/registry.ts";

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
}

/** Seconds after which a client that found no room may try again. */
const RETRY_AFTER = "5";

/** One server as its connections see it: who counts them, who is told of faults. */
export class Host {
  readonly registry: Registry = new Registry(systemClock);
  readonly maxPayloadLength: number;
  /** Whether the server is shutting down and takes no new connections. */
  draining = false;
  readonly #options: HostOptions;
  readonly #connectionLimit: () => number;
  #maxConnections: number | undefined;

  /** `connectionLimit` is asked at the first upgrade, if the options do not say. */
  constructor(options: HostOptions, connectionLimit: () => number) {
    checkOption("onError", options.onError, "function");
    checkOption("onRefuse", options.onRefuse, "function");
    this.#options = options;
    this.#connectionLimit = connectionLimit;
    this.maxPayloadLength = bytes(
      "maxPayloadLength",
      options.maxPayloadLength ?? 16 * 1024 * 1024,
    );
    this.#maxConnections = options.maxConnections;
    if (this.#maxConnections !== undefined && !(this.#maxConnections >= 0)) {
      throw mismatch(
        "use option maxConnections",
        "a number from 0",
        this.#maxConnections,
        RangeError,
      );
    }
  }

  /** Why there is no room for another connection, or `undefined` if there is. */
  refusal(): Refused | undefined {
    if (this.draining) {
      return refused(503, "the server is shutting down", {
        "retry-after": RETRY_AFTER,
      });
    }
    this.#maxConnections ??= this.#connectionLimit();
    if (this.registry.size >= this.#maxConnections) {
      return refused(503, "the server has no room for another connection", {
        "retry-after": RETRY_AFTER,
      });
    }
    return undefined;
  }

  /** Reports a fault of user code. Never throws. */
  readonly report: Reporter = (error, connection) => {
    const { onError = console.error } = this.#options;
    contained(
      () => onError === console.error ? console.error(error) : onError(error, connection),
      (fault) => console.error(fault),
    );
  };

  /** Tells of a refusal. Never throws. */
  refuse(request: Request, verdict: Refused): void {
    if ("error" in verdict) this.report(verdict.error, undefined);
    contained(
      () => this.#options.onRefuse?.(request, verdict),
      (fault) => this.report(fault, undefined),
    );
  }
}
