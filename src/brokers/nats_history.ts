import { usageError } from "../base/usage_error.ts";
import { Unanswered } from "./answers.ts";
import type { Packet } from "./envelope.ts";
import type { HistoryLimits } from "./history.ts";
import type { From, HistoryEngine, HistoryListener, Stretch } from "./history_engine.ts";
import { epochOf, type JetStreamClient, OVERHEAD, PATIENCE, TopicStream } from "./jetstream.ts";
import { liveEntry } from "./jetstream_entry.ts";
import { JetStreamReader, MadeAnew } from "./jetstream_reader.ts";
import type { Mark } from "./mark.ts";
import { type NatsEngine, type NatsOptions, tokenOf } from "./nats.ts";
import { nonceOf } from "./record.ts";

/** What is said where there is no stream any more. */
const GONE = /no responders|not enabled|stream not found|503/i;

/** Names of what the client throws without an answer. */
const UNANSWERED = /Connection|Timeout|^Request|Disconnect/;

/** The stream as it is while nobody makes it anew. */
interface Opened {
  readonly client: JetStreamClient;
  readonly epoch: string;
  readonly reader: JetStreamReader;
}

/** NATS with a history: JetStream, one stream for all topics. */
export class NatsHistory implements HistoryEngine {
  readonly batch = 1;
  readonly #engine: NatsEngine;
  readonly #options: NatsOptions;
  readonly #limits: HistoryLimits;
  readonly #stream: TopicStream;
  #open: Opened | undefined;
  #listener: HistoryListener | undefined;

  /** @throws {TypeError} If there is no JetStream. */
  constructor(engine: NatsEngine, options: NatsOptions, limits: HistoryLimits) {
    if (options.jetstream === undefined) {
      const expected = 'jetstream: { client, manager } of @nats-io/jetstream for mode "replay"';
      throw usageError("use nats", expected, "none");
    }
    this.#engine = engine;
    this.#options = options;
    this.#limits = limits;
    this.#stream = new TopicStream(options.prefix, limits, options.replicas);
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
        const epoch = this.#open?.epoch ?? "";
        const entry = headers && liveEntry(epoch, this.#stream.name, bytes, headers);
        if (entry === undefined) listener.message(channel, bytes);
        else listener.recorded(channel, entry);
      },
    });
  }

  async prepare(): Promise<void> {
    const jetstream = await this.#options.jetstream!;
    const info = await this.#stream.open(jetstream.manager);
    const epoch = epochOf(info);
    const { maxPayload } = this.#engine;
    const copied = (info.config.num_replicas ?? 1) > 1;
    const stream = { name: this.#stream.name, epoch, limits: this.#limits, maxPayload, copied };
    const reader = new JetStreamReader(jetstream, stream);
    this.#open = { client: jetstream.client, epoch, reader };
  }

  #opened(): Opened {
    if (this.#open !== undefined) return this.#open;
    throw usageError("use JetStream", "a connection", "none yet", Error);
  }

  #subject(topic: string): string {
    return `${this.#options.prefix}.h.${tokenOf(topic)}`;
  }

  async append(topic: string, packets: readonly Packet[]): Promise<readonly Mark[]> {
    const { client, epoch } = this.#opened();
    const subject = this.#subject(topic);
    const options = { timeout: PATIENCE };
    return await Promise.all(packets.map(async (packet) => {
      const msgID = nonceOf(packet);
      const { seq, duplicate } = await client.publish(subject, packet, { ...options, msgID })
        .catch((error: unknown) => this.#failed(error));
      if (duplicate) throw new Error("JetStream has had a message with this id already");
      return { epoch, offset: seq, check: msgID };
    }));
  }

  async read(topic: string, from: From, limit: number): Promise<Stretch> {
    try {
      return await this.#opened().reader.read(this.#subject(topic), from, limit);
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Nobody answers where the stream was, which its client takes for something else. */
  #failed(error: unknown): never {
    if (error instanceof MadeAnew || GONE.test(`${error}`)) this.#listener?.vanished(error);
    throw error;
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    return this.#engine.publish(channel, packet);
  }

  /** JetStream's errors are answers; those of the connection below it are not. */
  refuses(error: unknown): error is Error {
    if (this.#engine.refuses(error)) return true;
    const isAnswer = error instanceof Error && !(error instanceof Unanswered);
    return isAnswer && !UNANSWERED.test(error.name);
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
