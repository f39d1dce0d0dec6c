import { checkNames, checkNumber, checkSeconds } from "../base/options.ts";

/** How a server goes away. */
export interface ShutdownOptions {
  /**
   * Seconds over which the open connections are closed, one after the other in random order, so that
   * their clients do not all come back in the same second. New ones are refused from the start, and
   * requests are answered until the end. `shutdownTimeout` begins after it.
   *
   * @default {0}
   */
  readonly drain?: number | undefined;
  /**
   * The close code: 1001 says that the server goes away, 1012 that it restarts.
   *
   * Source: RFC 6455 §7.4.1; the IANA registry of WebSocket close codes.
   *
   * @default {1001}
   */
  readonly code?: 1001 | 1012 | undefined;
}

/** The same, checked; the time in milliseconds. */
export interface Shutdown {
  readonly drain: number;
  readonly code: 1001 | 1012;
}

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} If an option is unknown or not a number.
 * @throws {RangeError} If an option is out of range.
 */
export function checkShutdown(options: ShutdownOptions): Shutdown {
  checkNames("shutdown", options, ["drain", "code"]);
  const { drain = 0, code = 1001 } = options;
  checkNumber("code", code, code === 1001 || code === 1012, "1001 or 1012");
  return { drain: 1000 * checkSeconds("drain", drain, 0), code };
}
