import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { HistoryLimits } from "../../src/brokers/history.ts";
import { epochOf, type OpenStream, TopicStream } from "../../src/brokers/jetstream.ts";
import type { Mark } from "../../src/brokers/mark.ts";
import { encodeRecord, nonceOf, Nonces } from "../../src/brokers/record.ts";
import { hasEngine, TestEngine } from "./engines.ts";

const needs = hasEngine("nats") ? "" : " [needs nats-server]";
const nonces = new Nonces();

/** A record as it is published. */
export const record = (text: string) => encodeRecord(text, "", nonces.next());

/** The subject of a topic that has no characters of its own. */
export const subjectOf = (topic: string) => `test.h.${topic}`;

/** Registers a test that needs NATS. */
export function natsTest(title: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${title}${needs}`, ignore: needs !== "", fn });
}

/** JetStream, as users hand it in. */
interface JetStream {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** A NATS of its own with JetStream, and a client of it. */
export class JetStreamStage implements AsyncDisposable {
  readonly server: TestEngine;
  readonly connection: NatsConnection;
  readonly js: JetStream;

  private constructor(server: TestEngine, connection: NatsConnection, js: JetStream) {
    this.server = server;
    this.connection = connection;
    this.js = js;
  }

  static async create(): Promise<JetStreamStage> {
    const server = await TestEngine.create("nats");
    const options = { servers: server.url, maxReconnectAttempts: -1, pingInterval: 1_000 };
    const connection = await connect(options);
    const js = { client: jetstream(connection), manager: await jetstreamManager(connection) };
    return new JetStreamStage(server, connection, js);
  }

  /** Opens the stream of the prefix `test`, which keeps five messages unless told otherwise. */
  async open(limits: Partial<HistoryLimits> = {}): Promise<OpenStream> {
    const all = { count: 5, bytes: 1e8, age: 60_000, ...limits };
    const stream = new TopicStream("test", all);
    const epoch = epochOf(await stream.open(this.js.manager));
    return { name: stream.name, epoch, limits: all, maxPayload: 1024 * 1024, copied: false };
  }

  /** Adds texts one by one: where they stand. */
  async append({ epoch }: OpenStream, topic: string, ...texts: string[]): Promise<Mark[]> {
    const marks = [];
    for (const text of texts) {
      const packet = record(text);
      const msgID = nonceOf(packet);
      const { seq } = await this.js.client.publish(subjectOf(topic), packet, { msgID });
      marks.push({ epoch, offset: seq, check: msgID });
    }
    return marks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** The same stream, in which whatever is there by now is too old. */
export async function aged(stream: OpenStream): Promise<OpenStream> {
  const until = Date.now() + 10;
  while (Date.now() <= until + 10) await new Promise((resolve) => setTimeout(resolve, 5));
  const { count, bytes } = stream.limits;
  return {
    ...stream,
    limits: {
      count,
      bytes,
      get age() {
        return Date.now() - until;
      },
    },
  };
}
