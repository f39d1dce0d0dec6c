import { usageError } from "../base/usage_error.ts";
import type { HistoryLimits } from "./history.ts";

/** Bytes that the engine adds to a message: headers, in which its subject stands, too. */
export const OVERHEAD = 2_048;

/** Milliseconds that JetStream may take. */
export const PATIENCE = 4_000;

/** What JetStream says of a stream. */
export interface StreamInfo {
  /** How it is set up. */
  readonly config: {
    readonly subjects?: string[];
    readonly max_msgs_per_subject?: number;
    readonly max_bytes?: number;
    readonly max_age?: number;
    readonly num_replicas?: number;
    readonly allow_direct?: boolean;
    readonly republish?: { readonly src: string; readonly dest: string };
  };
  /** When it was created, to the nanosecond. */
  readonly created: string;
  /** What is in it. */
  readonly state: {
    readonly first_seq: number;
    readonly last_seq: number;
    /** How many messages each subject has, of those that were asked for. */
    readonly subjects?: Readonly<Record<string, number>>;
  };
}

/** A message in a stream. */
export interface StoredMessage {
  /** Its number. */
  readonly seq: number;
  /** Where it was published. */
  readonly subject: string;
  /** What it is. */
  readonly data: Uint8Array;
  /** When it was stored. */
  readonly timestamp: string;
}

/** A message that a consumer hands out. */
export interface ConsumedMessage {
  /** Its number. */
  readonly seq: number;
  /** What it is. */
  readonly data: Uint8Array;
  /** How many are behind it, and when it was stored. */
  readonly info: { readonly pending: number; readonly timestampNanos: number };
}

/** The part of a consumer that is used. */
export interface JetStreamConsumer {
  /** How many messages it has still to hand out. */
  info(cached?: boolean): Promise<{ readonly num_pending: number }>;
  /** Hands out some. */
  fetch(options?: never): Promise<AsyncIterable<ConsumedMessage>>;
  /** Ends it. */
  delete(): Promise<boolean>;
}

/** The part of JetStream's client that is used. */
export interface JetStreamClient {
  /** Publishes, and resolves when the stream has it. */
  publish(
    subject: string,
    payload?: Uint8Array | string,
    options?: { msgID?: string; timeout?: number },
  ): Promise<{ readonly seq: number; readonly duplicate: boolean }>;
  /** Reads streams. */
  readonly consumers: {
    get(stream: string, options?: never): Promise<JetStreamConsumer>;
  };
}

/** The part of JetStream's manager that is used. */
export interface JetStreamManager {
  /** Streams. */
  readonly streams: {
    info(name: string, options?: never): Promise<StreamInfo>;
    add(config: never): Promise<StreamInfo>;
    update(name: string, config: never): Promise<StreamInfo>;
    getMessage(stream: string, query: never): Promise<StoredMessage | null>;
  };
  /** Messages in streams, one by one. */
  readonly direct: {
    getMessage(stream: string, query: never): Promise<StoredMessage | null>;
  };
}

/** JetStream, by `@nats-io/jetstream`. */
export interface JetStream {
  /** `jetstream(connection)`. */
  readonly client: JetStreamClient;
  /** `await jetstreamManager(connection)`. */
  readonly manager: JetStreamManager;
}

/** A stream that was opened. */
export interface OpenStream {
  readonly name: string;
  /** Tells it from any other that had its name. */
  readonly epoch: string;
  readonly limits: HistoryLimits;
  /** Bytes that a message may have. */
  readonly maxPayload: number;
  /** Whether there are copies of it, which may be behind. */
  readonly copied: boolean;
}

/** What tells a stream from others: digits to the nanosecond, which no two have in common. */
export function epochOf({ created }: Pick<StreamInfo, "created">): string {
  return BigInt(created.replaceAll(/\D/g, "")).toString(36);
}

/** Milliseconds for which messages are kept longer than they count, so that positions are known. */
const DAY = 86_400_000;

const STREAM_NOT_FOUND = 10_059;

/** One stream for all topics: it hands on to whoever follows them what is published. */
export class TopicStream {
  /** Its name. */
  readonly name: string;
  readonly #prefix: string;
  readonly #limits: HistoryLimits;
  readonly #replicas: number | undefined;

  /** `prefix`: of its subjects. `replicas`: `undefined` if it does not matter. */
  constructor(prefix: string, limits: HistoryLimits, replicas?: number) {
    this.name = `edgesocket=${prefix.replaceAll(".", "=")}`;
    this.#prefix = prefix;
    this.#limits = limits;
    this.#replicas = replicas;
  }

  /**
   * Sees to it that the stream is there, and keeps as much as it should.
   *
   * @throws {Error} If it is there, and does something else.
   */
  async open({ streams }: JetStreamManager): Promise<StreamInfo> {
    const { count, bytes, age } = this.#limits;
    const wanted = {
      // One more, by which whoever has missed all the others is known.
      max_msgs_per_subject: count + 1,
      max_bytes: bytes,
      max_age: (Math.ceil(age) + DAY) * 1_000_000,
      allow_direct: true,
      ...this.#replicas !== undefined && { num_replicas: this.#replicas },
    };
    const subjects = [`${this.#prefix}.h.*`];
    const republish = { src: subjects[0]!, dest: `${this.#prefix}.t.{{wildcard(1)}}` };
    const found = await streams.info(this.name).catch((error: unknown) => {
      if ((error as { readonly code?: unknown }).code !== STREAM_NOT_FOUND) throw error;
    });
    if (found === undefined) {
      const config = { name: this.name, subjects, republish, storage: "file", ...wanted };
      const defaults = { retention: "limits", discard: "old", num_replicas: 1 };
      return await streams.add({ ...defaults, ...config } as never);
    }
    const { config } = found;
    const is = `${config.subjects} to ${config.republish?.dest}`;
    const expected = `${subjects} to ${republish.dest}`;
    if (is !== expected) throw usageError(`use the stream ${this.name}`, expected, is, Error);
    const names = Object.keys(wanted) as (keyof typeof wanted)[];
    if (names.every((name) => config[name] === wanted[name])) return found;
    return await streams.update(this.name, { ...config, ...wanted } as never);
  }
}
