import type { ReplayPort } from "../brokers/port.ts";
import type { Position } from "../brokers/published.ts";
import { copyOf } from "../connection/message.ts";
import type { TopicItem } from "./topics.ts";

/** Messages that are read from the history at once. */
const PAGE = 100;

/** Loops over topics. They wait for word that there is more, and read it from the history. */
export class Readers {
  readonly #port: ReplayPort;
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  constructor(port: ReplayPort) {
    this.#port = port;
  }

  /** There is more to read. */
  wake(topic: string): void {
    for (const wake of this.#waiting.get(topic) ?? []) wake();
  }

  /** Ends all loops. */
  close(): void {
    this.#closed = true;
    for (const topic of this.#waiting.keys()) this.wake(topic);
  }

  /** Reads behind a position, until the signal aborts. */
  async *read(topic: string, after: Position, signal?: AbortSignal): AsyncGenerator<TopicItem> {
    for (let position = after;;) {
      if (this.#closed || signal?.aborted) return;
      const page = this.#port.read(topic, position, PAGE);
      position = page.position;
      if (page.lost) yield { gap: { topic, cause: page.lost } };
      for (const message of page.messages) {
        if (signal?.aborted) return;
        yield { data: copyOf(message.data), position: message.position };
      }
      if (page.messages.length === 0) await this.#more(topic, position, signal);
    }
  }

  /** Resolves when there is more behind a position, or when the loop is to end. */
  async #more(topic: string, position: Position, signal?: AbortSignal): Promise<void> {
    // The loop may have been busy with a gap meanwhile.
    if (this.#port.read(topic, position, 1).messages.length > 0 || signal?.aborted) return;
    const waiting = this.#waiting.get(topic) ?? new Set();
    this.#waiting.set(topic, waiting);
    let wake = () => {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
    signal?.removeEventListener("abort", wake);
    waiting.delete(wake);
    if (waiting.size === 0) this.#waiting.delete(topic);
  }
}
