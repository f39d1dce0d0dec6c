import type { MessageHeaders } from "../../src/brokers/engine.ts";
import type { Packet } from "../../src/brokers/envelope.ts";
import type {
  Entry,
  From,
  HistoryEngine,
  HistoryListener,
  Stretch,
} from "../../src/brokers/history_engine.ts";
import { type Mark, NOTHING, positionOf, sameMark } from "../../src/brokers/mark.ts";
import { decodeRecord } from "../../src/brokers/record.ts";
import { bytesOf, FakeEngine } from "./fake_engine.ts";

/** What engines in one process share: histories. */
export class FakeHistories {
  epoch = "e";
  readonly hub = new Set<FakeEngine>();
  readonly topics = new Map<string, Entry[]>();
  /** The numbers of entries that are no longer kept, at the front. */
  trimmed = 0;
  /** Messages of other topics, where one counter numbers them all: only for topics that have none. */
  others: number | undefined;
}

/** An engine with a history in this process, whose client does as tests say. */
export class FakeHistory extends FakeEngine implements HistoryEngine {
  readonly batch = 10;
  readonly #shared: FakeHistories;
  declare listener: HistoryListener;
  /** What it says when it is to get ready, or to read. */
  unprepared: Error | undefined;
  unreadable: Error | undefined;
  reads = 0;
  prepared = 0;

  constructor(shared: FakeHistories = new FakeHistories()) {
    super(shared.hub);
    this.#shared = shared;
  }

  override start(listener: HistoryListener): void {
    this.listener = listener;
  }

  prepare(): Promise<void> {
    this.prepared++;
    return this.unprepared ? Promise.reject(this.unprepared) : Promise.resolve();
  }

  #log(topic: string): Entry[] {
    const log = this.#shared.topics.get(topic) ?? [];
    this.#shared.topics.set(topic, log);
    return log;
  }

  append(topic: string, packets: readonly Packet[]): Promise<readonly Mark[]> {
    if (this.silent) return new Promise(() => {});
    return Promise.resolve(packets.map((packet) => this.write(topic, bytesOf(packet))));
  }

  /** Adds whatever somebody writes, and hands it to all who follow the topic. */
  write(topic: string, bytes: Uint8Array): Mark {
    const log = this.#log(topic);
    const mark = { epoch: this.#shared.epoch, offset: log.length + 1, check: `c${log.length + 1}` };
    const record = decodeRecord(bytes);
    const recorded = record && {
      data: record.data,
      origin: record.origin,
      position: positionOf(mark),
    };
    const entry = { mark, previous: log.length, recorded };
    log.push(entry);
    const channel = this.channel("topic", topic);
    for (const engine of this.#shared.hub as Set<FakeHistory>) {
      if (!engine.deaf && engine.subscribed.has(channel)) engine.listener.recorded(channel, entry);
    }
    return mark;
  }

  read(topic: string, from: From, limit: number): Promise<Stretch> {
    this.reads++;
    if (this.silent) return new Promise(() => {});
    if (this.unreadable) return Promise.reject(this.unreadable);
    const log = this.#log(topic);
    const { epoch, trimmed } = this.#shared;
    // Somebody always says something.
    const others = this.#shared.others === undefined ? undefined : this.#shared.others++;
    const head = log.at(-1)?.mark ??
      { epoch, offset: others ?? 0, check: others === undefined ? "0" : NOTHING };
    if (typeof from !== "string" && from.check === NOTHING) from = "start";
    if (from === "end") return Promise.resolve({ entries: [], head, done: true });
    const offset = from === "start" ? 0 : from.offset;
    const begin = { epoch, offset: 0, check: "0" };
    const known = from === "start" || sameMark(from, log[offset - 1]?.mark ?? begin);
    if (!known || offset > head.offset) {
      return Promise.resolve({ entries: [], head, done: true, lost: "epoch" });
    }
    const first = Math.max(offset, trimmed);
    const entries = log.slice(first, first + limit);
    const done = (entries.at(-1)?.mark.offset ?? head.offset) >= head.offset;
    const lost = from !== "start" && offset < trimmed ? { lost: "trimmed" as const } : {};
    return Promise.resolve({ entries, head, done, ...lost });
  }
}

/** Headers of a message, of which tests give some. */
export function headersOf(values: Readonly<Record<string, string>>): MessageHeaders {
  return { get: (name) => values[name] ?? "" };
}
