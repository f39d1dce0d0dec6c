import { Deferred } from "../base/deferred.ts";
import type { HubTransport } from "./transport.ts";
import { RequestClient } from "./request_client.ts";

/** Milliseconds after which a poll is answered though there is nothing to say. */
const POLL_TIMEOUT = 90_000;

/** Milliseconds without a poll after which the client is taken for lost. */
const LOST = 15_000;

/** Bytes that one answer carries at most, unless one message alone is longer. */
const MOST = 256 * 1024;

/** What a poll is answered with. */
export interface PollAnswer {
  /** 204: there is nothing more to come for this poll. */
  readonly status: 200 | 204;
  readonly body: ArrayBuffer | null;
}

const EMPTY: PollAnswer = { status: 200, body: null };
const OVER: PollAnswer = { status: 204, body: null };

/** What a poll waits for. */
type Event = "more" | "timeout" | "superseded";

/** A client that asks again and again whether there is something for it. */
export class LongPolling extends RequestClient {
  readonly name: HubTransport = "longPolling";
  readonly binary = true;
  /** Polls are signs of life of both sides. */
  readonly pings = false;
  #poll: Deferred<Event> | undefined;
  /** When the poll came that waits, or when the last one was answered. */
  #since: number | undefined;
  /** Whether the poll that waits will hear of messages. */
  #watching = false;

  /**
   * Answers a poll as soon as there is something for the client. The first one is answered at once:
   * it says that the client is connected. A newer one ends the older.
   *
   * @param signal Aborts when the client does not wait for the answer any more.
   */
  async poll(signal: AbortSignal): Promise<PollAnswer> {
    const first = this.#since === undefined;
    this.#since = this.now();
    if (first) return EMPTY;
    this.#poll?.resolve("superseded");
    const poll = this.#poll = new Deferred<Event>();
    const left = () => poll.resolve("superseded");
    if (signal.aborted) left();
    else signal.addEventListener("abort", left, { once: true });
    this.#watch();
    const event = await poll.promise;
    signal.removeEventListener("abort", left);
    if (this.#poll === poll) {
      this.#poll = undefined;
      this.#since = this.now();
    }
    if (event === "superseded") return OVER;
    const messages = this.delivery.take(MOST);
    if (messages !== undefined) return { status: 200, body: messages.buffer };
    if (!this.ended) return EMPTY;
    // The client knows all, and its connection is over.
    this.forget();
    return OVER;
  }

  /** The client says that it goes. */
  left(): void {
    this.forget("peer");
  }

  /** Once for all polls that wait for the same: who polls again and again leaves nothing behind. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.delivery.more().then(() => {
      this.#watching = false;
      this.#poll?.resolve("more");
    });
  }

  protected due(now: number): void {
    const since = this.#since ?? now;
    if (this.#poll === undefined) {
      if (now - since >= LOST) this.forget("idle-timeout");
    } else if (now - since >= POLL_TIMEOUT) this.#poll.resolve("timeout");
  }

  /** A poll that waits hears of the end as of anything else. */
  protected cut(): void {}
}
