import { usageError } from "../base/usage_error.ts";
import type { Packet } from "./envelope.ts";
import type { MessageHeaders } from "./engine.ts";
import type { HistoryLimits } from "./history.ts";
import type { Entry, From, HistoryEngine, HistoryListener, Stretch } from "./history_engine.ts";
import {
  type ConsumedMessage,
  type JetStream,
  type JetStreamConsumer,
  type StoredMessage,
  TopicStream,
} from "./jetstream.ts";
import { type Mark, positionOf } from "./mark.ts";
import { type NatsEngine, type NatsOptions, tokenOf } from "./nats.ts";
import { decodeRecord, nonceOf } from "./record.ts";

/** Bytes that the engine adds to a message: headers, in which its subject stands, too. */
const OVERHEAD = 2_048;

/** Bytes that one read may bring, and then one message more. */
const PAGE_BYTES = 1024 * 1024;

/** Messages that a consumer hands out at once. */
const MOST = 100;

/** Messages that are fetched one by one before many are asked for. */
const FEW = 3;

/** Milliseconds that JetStream may take. */
const PATIENCE = 4_000;

/** What stands where a message's nonce does, for a topic in which there was none. */
const EMPTY = "-";

/** What is said where there is no stream any more. */
const GONE = /no responders|not enabled|stream not found|503/i;

/** Names of what the client throws without an answer. */
const UNANSWERED = /Connection|Timeout|^Request|Disconnect/;

/** What was read, and whether nothing is missing before it. */
interface Found {
  readonly entries: readonly Entry[];
  readonly done: boolean;
  /** Whether some were too old to be shown. */
  readonly skipped: boolean;
}

/** NATS with a history: JetStream, one stream for all topics. */
export class NatsHistory implements HistoryEngine {
  readonly batch = 1;
  readonly #engine: NatsEngine;
  readonly #options: NatsOptions;
  readonly #limits: HistoryLimits;
  readonly #stream: TopicStream;
  #jetstream: JetStream | undefined;
  #listener: HistoryListener | undefined;
  #epoch = "";

  /** @throws {TypeError} If there is no JetStream. */
  constructor(engine: NatsEngine, options: NatsOptions, limits: HistoryLimits) {
    if (options.jetstream === undefined) {
      const expected = 'jetstream: { client, manager } of @nats-io/jetstream for mode "replay"';
      throw usageError("use nats", expected, "none");
    }
    this.#engine = engine;
    this.#options = options;
    this.#limits = limits;
    this.#stream = new TopicStream(options.prefix, limits);
  }

  get name(): "nats" {
    return this.#engine.name;
  }

  get maxPayload(): number {
    return this.#engine.maxPayload - OVERHEAD;
  }

  channel(kind: "topic" | "canary", name: string): string {
    return this.#engine.channel(kind, name);
  }

  start(listener: HistoryListener): void {
    this.#listener = listener;
    this.#engine.start({
      connected: () => listener.connected(),
      disconnected: (cause) => listener.disconnected(cause),
      error: (error) => listener.error(error),
      message: (channel, bytes, headers) => {
        const entry = headers && this.#entryOf(bytes, headers);
        if (entry === undefined) listener.message(channel, bytes);
        else listener.recorded(channel, entry);
      },
    });
  }

  async prepare(): Promise<void> {
    this.#jetstream = await this.#options.jetstream!;
    const { created } = await this.#stream.open(this.#jetstream.manager);
    // Digits to the nanosecond: no two streams have the same.
    this.#epoch = BigInt(created.replaceAll(/\D/g, "")).toString(36);
  }

  #opened(): JetStream {
    if (this.#jetstream !== undefined) return this.#jetstream;
    throw usageError("use JetStream", "a connection", "none yet", Error);
  }

  #subject(topic: string): string {
    return `${this.#options.prefix}.h.${tokenOf(topic)}`;
  }

  async append(topic: string, packets: readonly Packet[]): Promise<readonly Mark[]> {
    const { client } = this.#opened();
    const subject = this.#subject(topic);
    const epoch = this.#epoch;
    const options = { timeout: PATIENCE };
    return await Promise.all(packets.map(async (packet) => {
      const msgID = nonceOf(packet);
      const { seq, duplicate } = await client.publish(subject, packet, { ...options, msgID })
        .catch((error: unknown) => this.#failed(error));
      if (duplicate) throw new Error("JetStream has had a message with this id already");
      return { epoch, offset: seq, check: msgID };
    }));
  }

  /** Nobody answers where the stream was, which its client takes for something else. */
  #failed(error: unknown): never {
    if (GONE.test(`${error}`)) this.#listener?.vanished(error);
    throw error;
  }

  async read(topic: string, from: From, limit: number): Promise<Stretch> {
    try {
      return await this.#read(this.#subject(topic), from, limit);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #read(subject: string, from: From, limit: number): Promise<Stretch> {
    const { manager } = this.#opened();
    // In this order: whatever comes in between is behind this end.
    const { state, created } = await manager.streams.info(this.#stream.name);
    const epoch = this.#epoch;
    if (BigInt(created.replaceAll(/\D/g, "")).toString(36) !== epoch) {
      this.#listener?.vanished(new Error("The stream was made anew"));
    }
    const last = await this.#message({ last_by_subj: subject });
    const head: Mark = last === null
      ? { epoch, offset: state.last_seq, check: EMPTY }
      : this.#stored(last).mark;
    const nothing = { entries: [], head, done: true };
    if (from === "end") return nothing;
    if (from === "start") {
      return last === null ? nothing : { ...await this.#many(subject, 1, limit, last.seq), head };
    }
    if (from.epoch !== epoch || from.offset > state.last_seq) return { ...nothing, lost: "epoch" };
    const lost = await this.#lostBehind(from, subject, state.first_seq);
    if (lost === "epoch") return { ...nothing, lost };
    if (last === null || last.seq <= from.offset) return lost ? { ...nothing, lost } : nothing;
    const found = await this.#behind(subject, from.offset + 1, limit, last.seq, lost !== undefined);
    if (lost !== undefined || found.skipped) return { ...found, head, lost: "trimmed" };
    return { ...found, head };
  }

  /** Whether messages may be missing behind a mark: not if its own message is still there. */
  async #lostBehind(from: Mark, subject: string, first: number): Promise<Stretch["lost"]> {
    if (from.check === EMPTY) {
      return first <= from.offset + 1 ? undefined : "trimmed";
    }
    const message = await this.#message({ seq: from.offset });
    if (message === null) return "trimmed";
    const same = message.subject === subject && nonceOf(message.data) === from.check;
    return same ? undefined : "epoch";
  }

  /** Messages of a subject from a number on: few of them one by one, which takes less. */
  async #behind(
    subject: string,
    first: number,
    limit: number,
    last: number,
    many: boolean,
  ): Promise<Found> {
    const entries: Entry[] = [];
    let skipped = false;
    for (let seq = first; !many && entries.length < FEW;) {
      const message = await this.#message({ seq, next_by_subj: subject });
      if (message === null) return { entries, done: true, skipped };
      const isOld = Date.parse(message.timestamp) <= Date.now() - this.#limits.age;
      if (isOld) skipped = true;
      else entries.push(this.#stored(message));
      if (message.seq >= last) return { entries, done: true, skipped };
      seq = message.seq + 1;
      if (isOld) break;
    }
    const rest = await this.#many(
      subject,
      (entries.at(-1)?.mark.offset ?? first - 1) + 1,
      limit,
      last,
    );
    return { ...rest, entries: [...entries, ...rest.entries], skipped: skipped || rest.skipped };
  }

  /** Messages of a subject from a number on: those that count, one at least if there is one. */
  async #many(subject: string, first: number, limit: number, last: number): Promise<Found> {
    const { client } = this.#opened();
    const options = {
      filter_subjects: subject,
      deliver_policy: "by_start_sequence",
      opt_start_seq: first,
      inactive_threshold: 10_000,
    };
    const consumer = await client.consumers.get(this.#stream.name, options as never);
    try {
      const entries: Entry[] = [];
      let skipped = false;
      let done = false;
      // One more is kept than counts.
      let extra = (await consumer.info(true)).num_pending - this.#limits.count;
      const oldest = (Date.now() - this.#limits.age) * 1_000_000;
      while (!done && entries.length === 0) {
        const bytes = PAGE_BYTES + this.#engine.maxPayload + MOST * OVERHEAD;
        const page = await pageOf(consumer, bytes, limit);
        for (const { seq, data, info } of page) {
          if (--extra >= 0 || info.timestampNanos <= oldest) skipped = true;
          else entries.push(this.#entry(data, seq));
          done ||= info.pending === 0 || seq >= last;
        }
        // They were let go of meanwhile.
        done ||= page.length === 0;
      }
      return { entries, done, skipped };
    } finally {
      consumer.delete().catch(() => {});
    }
  }

  #message(query: object): Promise<StoredMessage | null> {
    return this.#opened().manager.direct.getMessage(this.#stream.name, query as never);
  }

  #stored({ data, seq }: StoredMessage): Entry {
    return this.#entry(data, seq);
  }

  /** A message that came by itself, if it is out of the stream. */
  #entryOf(data: Uint8Array, headers: MessageHeaders): Entry | undefined {
    if (headers.get("Nats-Stream") !== this.#stream.name) return;
    const seq = Number(headers.get("Nats-Sequence"));
    // 0 for none, or for one that is no longer there.
    const previous = Number(headers.get("Nats-Last-Sequence")) || undefined;
    return { ...this.#entry(data, seq), previous };
  }

  #entry(data: Uint8Array, seq: number): Entry {
    const found = decodeRecord(data);
    const mark = { epoch: this.#epoch, offset: seq, check: found?.nonce ?? EMPTY };
    if (found === undefined) return { mark, previous: undefined, recorded: undefined };
    const { data: message, origin } = found;
    const recorded = { data: message, origin, position: positionOf(mark) };
    return { mark, previous: undefined, recorded };
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    return this.#engine.publish(channel, packet);
  }

  /** JetStream's errors are answers; those of the connection below it are not. */
  refuses(error: unknown): error is Error {
    if (this.#engine.refuses(error)) return true;
    return error instanceof Error && !UNANSWERED.test(error.name);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#engine.subscribe(channels);
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#engine.unsubscribe(channels);
  }

  reconnect(): void {
    this.#engine.reconnect();
  }

  close(): void {
    this.#engine.close();
  }
}

/** What a consumer has next. */
async function pageOf(
  consumer: JetStreamConsumer,
  bytes: number,
  limit: number,
): Promise<readonly ConsumedMessage[]> {
  const page: ConsumedMessage[] = [];
  const options = { max_bytes: bytes, expires: PATIENCE };
  let size = 0;
  for await (const message of await consumer.fetch(options as never)) {
    page.push(message);
    size += message.data.length;
    // The client asks for a hundred, and then waits for more bytes that do not come.
    if (message.info.pending === 0 || page.length >= Math.min(limit, MOST)) break;
    if (size >= PAGE_BYTES) break;
  }
  return page;
}
