import type { Clock } from "../base/clock.ts";
import { Queue } from "../base/queue.ts";
import { byteLength, type Message, MESSAGE_OVERHEAD } from "../connection/message.ts";
import type { Page, Recorded } from "./port.ts";
import type { Position } from "./published.ts";

/** How much a history keeps; whichever is reached first counts. */
export interface HistoryLimits {
  /** Messages of one topic. */
  readonly count: number;
  /** Bytes of all topics, each message with 256 of its own. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly age: number;
}

/** The messages of one topic that are kept, oldest first. */
class Log {
  readonly topic: string;
  readonly entries: Entry[] = [];
  /** How many of them are dropped already, at the front. */
  dropped = 0;
  /** The last one that is no longer kept. */
  trimmed: number;

  constructor(topic: string, trimmed: number) {
    this.topic = topic;
    this.trimmed = trimmed;
  }

  get length(): number {
    return this.entries.length - this.dropped;
  }

  /** Drops the oldest. */
  shift(): Entry {
    const entry = this.entries[this.dropped++]!;
    this.trimmed = entry.offset;
    if (this.dropped > 64 && this.dropped * 2 > this.entries.length) {
      this.entries.splice(0, this.dropped);
      this.dropped = 0;
    }
    return entry;
  }

  /** The first one behind an offset: where it is in `entries`. */
  behind(offset: number): number {
    let [low, high] = [this.dropped, this.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle]!.offset > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** One message, in the log of its topic and in the order of all. */
interface Entry {
  readonly offset: number;
  readonly log: Log;
  readonly at: number;
  readonly size: number;
  /** Missing once it is dropped. */
  message: Recorded | undefined;
}

/** Dropped entries that may stand in the order of all before it is cleared of them. */
const STALE = 1_000;

/**
 * What was published lately, in memory. One counter numbers the messages of all topics, so that a
 * topic that was forgotten never sees a number twice.
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #clock: Clock;
  /** Tells this history from any other: positions of another process mean nothing here. */
  readonly #epoch: string = crypto.randomUUID().slice(0, 13);
  readonly #logs = new Map<string, Log>();
  #order: Queue<Entry> = new Queue();
  #stale = 0;
  #offset = 0;
  /** The last message of topics that are no longer known. */
  #forgotten = 0;
  #bytes = 0;
  #stop: (() => void) | undefined;

  constructor(limits: HistoryLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Bytes that are kept, with what they cost beside. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where every topic is now. */
  get position(): Position {
    return this.#positionAt(this.#offset);
  }

  add(topic: string, data: Message, origin: string): Recorded {
    let log = this.#logs.get(topic);
    if (log === undefined) this.#logs.set(topic, log = new Log(topic, this.#forgotten));
    const offset = ++this.#offset;
    const message = { data, origin, position: this.#positionAt(offset) };
    const size = MESSAGE_OVERHEAD + topic.length + byteLength(data);
    const entry: Entry = { offset, log, at: this.#clock.now(), size, message };
    log.entries.push(entry);
    this.#order.push(entry);
    this.#bytes += size;
    if (log.length > this.#limits.count) this.#drop(log);
    this.#trim();
    return message;
  }

  /** At most `limit` messages of a topic behind `after`; `""` is before the oldest. */
  read(topic: string, after: Position, limit: number): Page {
    this.#trim();
    const log = this.#logs.get(topic);
    const from = after === "" ? 0 : this.#offsetOf(after);
    if (from === undefined) return { messages: [], position: this.position, lost: "epoch" };
    const lost = after !== "" && from < (log?.trimmed ?? this.#forgotten);
    const start = log?.behind(from) ?? 0;
    const entries = log?.entries.slice(start, start + limit) ?? [];
    const rest = (log?.entries.length ?? 0) - start - entries.length;
    return {
      messages: entries.map(({ message }) => message!),
      position: rest > 0 ? this.#positionAt(entries.at(-1)!.offset) : this.position,
      ...(lost ? { lost: "trimmed" } : {}),
    };
  }

  close(): void {
    this.#stop?.();
    this.#logs.clear();
    this.#order.clear();
    this.#bytes = 0;
  }

  #positionAt(offset: number): Position {
    return `${this.#epoch}.${offset}`;
  }

  /** Clients hand positions back, so that anything can come here. */
  #offsetOf(position: unknown): number | undefined {
    if (typeof position !== "string") return;
    const [epoch, digits = "", ...rest] = position.split(".", 3);
    if (epoch !== this.#epoch || rest.length > 0 || !/^\d{1,15}$/.test(digits)) return;
    const offset = Number(digits);
    return offset <= this.#offset ? offset : undefined;
  }

  /** Drops what is too old or too much, and sees to it that somebody looks again. */
  #trim(): void {
    const oldest = this.#clock.now() - this.#limits.age;
    for (let first = this.#order.first; first !== undefined; first = this.#order.first) {
      if (first.message === undefined) {
        this.#order.shift();
        this.#stale--;
      } else if (this.#bytes > this.#limits.bytes || first.at <= oldest) this.#drop(first.log);
      else break;
    }
    if (this.#stale > STALE && this.#stale * 2 > this.#order.length) this.#clear();
    const { first } = this.#order;
    if (first === undefined || this.#stop !== undefined) return;
    this.#stop = this.#clock.after(first.at - oldest, () => {
      this.#stop = undefined;
      this.#trim();
    });
  }

  /** Drops the oldest message of a topic. */
  #drop(log: Log): void {
    const entry = log.shift();
    entry.message = undefined;
    this.#stale++;
    this.#bytes -= entry.size;
    if (log.length > 0) return;
    this.#logs.delete(log.topic);
    this.#forgotten = Math.max(this.#forgotten, log.trimmed);
  }

  #clear(): void {
    const order = new Queue<Entry>();
    for (let entry = this.#order.shift(); entry !== undefined; entry = this.#order.shift()) {
      if (entry.message !== undefined) order.push(entry);
    }
    this.#order = order;
    this.#stale = 0;
  }
}
