import { mismatch } from "../base/usage_error.ts";

/** Bounds on what one connection may take: time and memory. */
export interface LimitOptions {
  /**
   * Seconds of silence from the client after which the connection is dropped; after half of it a
   * ping goes out. 0 switches both off. Fractions are fine. Only what comes from the client counts:
   * messages, pongs, and on Bun its own pings too.
   *
   * @default {60}
   */
  readonly idleTimeout?: number;
  /**
   * Bytes that one whole message from the client may have. Above: close code 1009. More than the
   * server's own `maxPayloadLength` (16 MiB by default) throws at the upgrade.
   *
   * @default {1048576}
   */
  readonly maxPayloadLength?: number;
  /**
   * Bytes that may wait for a client that does not read. Above: `send` returns `false` and the
   * connection is closed with 1013.
   *
   * @default {1048576}
   */
  readonly maxBackpressure?: number;
  /**
   * Bytes that may wait for your `for await` loop. Above: Bun stops reading from the client until
   * the loop catches up; Deno cannot, and closes with 1013.
   *
   * @default {1048576}
   */
  readonly maxQueue?: number;
  /**
   * Seconds that a closing handshake may take before the connection counts as closed.
   *
   * @default {5}
   */
  readonly closeTimeout?: number;
}

/** Every limit, checked. Times in milliseconds, sizes in bytes. */
export interface Limits {
  readonly idleTimeout: number;
  readonly maxPayloadLength: number;
  readonly maxBackpressure: number;
  readonly maxQueue: number;
  readonly closeTimeout: number;
}

const DAY = 86_400;
const MIB = 1_048_576;
/** Deno gives up on frames of 64 MiB, so that no runtime promises more than this. */
const MAX_MESSAGE = 64 * MIB - 1024;

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} If a limit is not a number.
 * @throws {RangeError} If a limit is out of range.
 */
export function parseLimits(options: LimitOptions): Limits {
  return {
    idleTimeout: 1000 * seconds("idleTimeout", options.idleTimeout ?? 60, 0),
    maxPayloadLength: bytes(
      "maxPayloadLength",
      options.maxPayloadLength ?? MIB,
      MAX_MESSAGE,
    ),
    maxBackpressure: bytes("maxBackpressure", options.maxBackpressure ?? MIB),
    maxQueue: bytes("maxQueue", options.maxQueue ?? MIB),
    closeTimeout: 1000 *
      seconds("closeTimeout", options.closeTimeout ?? 5, 0.1),
  };
}

/**
 * Checks a time option: 0.1 s to a day, and 0 where `least` is 0.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function seconds(name: string, value: number, least: 0 | 0.1): number {
  const fits = (value >= 0.1 && value <= DAY) || value === least;
  return checked(name, value, fits, `${least === 0 ? "0 (off) or " : ""}0.1 to ${DAY} seconds`);
}

/**
 * Checks a size option: a whole number of bytes from 1 to `most`.
 *
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is out of range.
 */
export function bytes(name: string, value: number, most = 2 ** 31 - 1): number {
  const fits = Number.isInteger(value) && value >= 1 && value <= most;
  return checked(name, value, fits, `a whole number of bytes from 1 to ${most}`);
}

/** Whether `data` is longer than `max` bytes; text counts as UTF-8. */
export function exceeds(data: string | ArrayBuffer, max: number): boolean {
  if (typeof data !== "string") return data.byteLength > max;
  // A UTF-16 unit takes 1 to 3 bytes of UTF-8, so that most texts need no counting.
  if (data.length * 3 <= max) return false;
  return data.length > max || new TextEncoder().encode(data).length > max;
}

function checked(name: string, value: number, fits: boolean, range: string): number {
  if (typeof value !== "number") throw mismatch(`use option ${name}`, range, typeof value);
  if (!fits) throw mismatch(`use option ${name}`, range, value, RangeError);
  return value;
}
