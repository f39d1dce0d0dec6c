import { checkNames } from "../base/options.ts";
import { byteLength, type Message } from "../connection/message.ts";
import type { MessageLimit, Meter } from "../connection/meter.ts";
import { checkAmount, checkAny, checkBurst } from "./check.ts";
import { type Bucket, Rate } from "./rate.ts";

/** How often one client may send. One of `messages` and `bytes` at least. */
export interface RateLimitOptions {
  /** Messages per second, in the long run. */
  readonly messages?: number | undefined;
  /** Bytes per second, in the long run; text counts as UTF-8. */
  readonly bytes?: number | undefined;
  /**
   * Seconds' worth of messages and bytes that a client which was quiet may send at once: 1 to 3600.
   * The first burst of a client counts, too.
   *
   * @default {30}
   */
  readonly burst?: number | undefined;
}

/**
 * Limits how often each client of a route may send, as a token bucket. Above, its connection ends with
 * 1008, cause `rate-limit`, and a report.
 *
 * @example A chat: ten messages a second, 300 at once
 * ```ts
 * import { upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { rateLimit } from "@edgesocket/edgesocket/limits";
 * import { connect, createTestServer } from "@edgesocket/edgesocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const limits = rateLimit({ messages: 10 });
 * const server = createTestServer((request) => upgradeWebSocket(request, {}, { limits }));
 * const client = await connect(server, "/");
 * for (let i = 0; i <= 300; i++) client.send("hi");
 * assertEquals((await client.closed).code, 1008);
 * await server.shutdown();
 * ```
 *
 * @throws {TypeError} If an option is unknown or not a number, or nothing is limited.
 * @throws {RangeError} If an option is out of range.
 */
export function rateLimit(options: RateLimitOptions): MessageLimit {
  checkNames("rateLimit", options, ["messages", "bytes", "burst"]);
  const { messages, bytes, burst = 30 } = options;
  checkAny("rateLimit", { messages, bytes }, ["messages", "bytes"]);
  checkAmount("messages", messages);
  checkAmount("bytes", bytes);
  checkBurst(burst);
  const rates = {
    messages: messages === undefined ? undefined : new Rate(messages, burst),
    bytes: bytes === undefined ? undefined : new Rate(bytes, burst),
  };
  return { meter: (now) => new BucketMeter(rates, now) };
}

interface Rates {
  readonly messages: Rate | undefined;
  readonly bytes: Rate | undefined;
}

class BucketMeter implements Meter {
  readonly #rates: Rates;
  readonly #messages: Bucket | undefined;
  readonly #bytes: Bucket | undefined;

  constructor(rates: Rates, now: number) {
    this.#rates = rates;
    this.#messages = rates.messages?.bucket(now);
    this.#bytes = rates.bytes?.bucket(now);
  }

  takes(message: Message, now: number): boolean {
    const { messages, bytes } = this.#rates;
    if (messages && !messages.take(this.#messages!, 1, now)) return false;
    return bytes === undefined || bytes.take(this.#bytes!, byteLength(message), now);
  }
}
