import { checkBytes, checkMade, checkSeconds, MIB } from "../base/options.ts";
import type { MessageLimit } from "./meter.ts";

/** Limits on what one connection may take: time and memory. */
export interface LimitOptions {
  /**
   * Seconds of silence from the client after which the connection is dropped; after half of it a
   * ping goes out. 0 switches both off. Fractions are fine. Only what comes from the client counts:
   * messages, pongs, and on Bun its own pings too.
   *
   * @default {60}
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Bytes that one whole message from the client may have. Above: close code 1009. The server's own
   * `maxPayloadLength` (16 MiB by default) holds too, and a route that asks for more is reported.
   *
   * @default {1048576}
   */
  readonly maxPayloadLength?: number | undefined;
  /**
   * Bytes that may wait for a client that reads more slowly than you send. Above: `send` returns
   * `false` and the connection ends with 1013. One message that is larger than this is let through,
   * and does not count against the next ones.
   *
   * @default {67108864}
   */
  readonly maxBackpressure?: number | undefined;
  /**
   * Bytes that may wait for your `for await` loop, each message with 256 of its own. Above: Bun
   * stops reading from the client until the loop catches up; Deno cannot, and closes with 1013.
   *
   * @default {67108864}
   */
  readonly maxQueue?: number | undefined;
  /**
   * Seconds without any progress after which a queue counts as stuck, and its connection ends with
   * 1013: more than 1 MiB waits for a client that takes not one byte, or for a loop that takes not
   * one message, or your loop is not read on for while the client is paused.
   *
   * @default {30}
   */
  readonly backpressureTimeout?: number | undefined;
  /**
   * Seconds that a closing handshake may take before the connection counts as closed.
   *
   * @default {5}
   */
  readonly closeTimeout?: number | undefined;
  /**
   * How often a client may send, such as `rateLimit({ messages: 100 })` of `edgesocket/limits`, or a
   * list of such limits. Above: close code 1008.
   *
   * @default {[]}
   */
  readonly limits?: MessageLimit | readonly MessageLimit[] | undefined;
}

/** The names of `LimitOptions`. */
export const LIMIT_OPTIONS: readonly (keyof LimitOptions)[] = [
  "idleTimeout",
  "maxPayloadLength",
  "maxBackpressure",
  "maxQueue",
  "backpressureTimeout",
  "closeTimeout",
  "limits",
];

/** Every limit, checked. Times in milliseconds, sizes in bytes. */
export interface Limits {
  readonly idleTimeout: number;
  readonly maxPayloadLength: number;
  readonly maxBackpressure: number;
  readonly maxQueue: number;
  readonly backpressureTimeout: number;
  readonly closeTimeout: number;
  readonly limits: readonly MessageLimit[];
  /** What tells the reports of this route from those of others: the same for the same options. */
  readonly route: string;
}

/** Deno gives up on frames of 64 MiB, so that no runtime promises more than this. */
const MAX_MESSAGE = 64 * MIB - 1024;

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} If a limit is not a number.
 * @throws {RangeError} If a limit is out of range.
 */
export function parseLimits({
  idleTimeout = 60,
  maxPayloadLength = MIB,
  maxBackpressure = 64 * MIB,
  maxQueue = 64 * MIB,
  backpressureTimeout = 30,
  closeTimeout = 5,
  limits = [],
}: LimitOptions, route = ""): Limits {
  return {
    route,
    idleTimeout: 1000 * checkSeconds("idleTimeout", idleTimeout, 0),
    maxPayloadLength: checkBytes("maxPayloadLength", maxPayloadLength, MAX_MESSAGE),
    maxBackpressure: checkBytes("maxBackpressure", maxBackpressure),
    maxQueue: checkBytes("maxQueue", maxQueue),
    backpressureTimeout: 1000 * checkSeconds("backpressureTimeout", backpressureTimeout, 0.1),
    closeTimeout: 1000 * checkSeconds("closeTimeout", closeTimeout, 0.1),
    limits: checkMade("limits", limits, "meter", "rateLimit"),
  };
}
