import type { Message } from "./message.ts";

/** What counts the messages of one connection. */
export interface Meter {
  /**
   * Takes note of a message.
   *
   * @param now Milliseconds of the server's clock.
   * @returns Whether the connection may go on; if not, it ends with 1008.
   */
  takes(message: Message, now: number): boolean;
}

/** What a route allows each of its connections. `rateLimit` of the entry for limits makes one. */
export interface MessageLimit {
  /** What counts the messages of a connection that opens `now`. */
  meter(now: number): Meter;
}
