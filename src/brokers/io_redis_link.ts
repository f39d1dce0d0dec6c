import type { NodeLink, NodeListener } from "./cluster_client.ts";
import type { Address } from "./cluster_map.ts";
import type { Packet } from "./envelope.ts";
import { Pair } from "./pair.ts";
import type { AsBuffer, Reply } from "./redis_channel.ts";

/** The client for one node, as ioredis and iovalkey make it. */
export interface IoRedisNode {
  readonly options?: { readonly host?: string; readonly tls?: unknown } | undefined;
  duplicate(overrides: never): IoRedisNode;
  connect(): Promise<unknown>;
  disconnect(): void;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  callBuffer(command: string, ...args: never[]): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

const decoder = new TextDecoder();

/**
 * What is set up otherwise than the user has done for the cluster's own connections: whoever is cut off
 * is thrown away, and nothing is sent late or twice.
 */
const OURS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  readOnly: false,
  keyPrefix: "",
  connectTimeout: 5_000,
  retryStrategy: () => null,
  reconnectOnError: null,
};

/** Two connections to a node of a cluster, by clients of ioredis or iovalkey. */
export class IoRedisLink implements NodeLink {
  readonly #publisher: IoRedisNode;
  readonly #subscriber: IoRedisNode;
  readonly #pair: Pair;
  readonly #asBuffer: AsBuffer;

  /** `template`: a client of the same cluster, whichever its node is. */
  constructor(
    template: IoRedisNode,
    { host, port }: Address,
    listener: NodeListener,
    asBuffer: AsBuffer,
  ) {
    const pair = this.#pair = new Pair(listener);
    this.#asBuffer = asBuffer;
    this.#publisher = template.duplicate({ ...OURS, host, port } as never);
    this.#subscriber = template.duplicate({ ...OURS, host, port } as never);
    this.#subscriber.on("smessageBuffer", (channel: Uint8Array, message: Uint8Array) => {
      pair.message(decoder.decode(channel), message);
    });
    this.#subscriber.on("moved", () => pair.moved());
    for (const client of [this.#publisher, this.#subscriber]) {
      // An older one takes it for a fault if a node ends subscriptions, and is out of step from then on.
      client.on("error", (error: Error) => this.#lose(error));
      for (const event of ["close", "end"]) client.on(event, () => this.#lose(undefined));
      client.on("ready", () => pair.ready(client));
      client.connect().catch((error) => this.#lose(error));
    }
  }

  #lose(cause: unknown): void {
    this.#pair.gone(cause);
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    return this.command(["SPUBLISH", channel, packet]);
  }

  async command([name = "", ...args]: readonly Packet[]): Promise<Reply> {
    const given = args.map((arg) => typeof arg === "string" ? arg : this.#asBuffer(arg));
    return await this.#publisher.callBuffer(`${name}`, ...given as never[]) as Reply;
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#inStep(channels.map((name) => this.#subscriber.ssubscribe(name)));
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#inStep(channels.map((name) => this.#subscriber.sunsubscribe(name)));
  }

  /** Behind a ping, whoever took an end of a subscription for an answer is found out. */
  #inStep(answers: Promise<unknown>[]): Promise<unknown> {
    return Promise.all([...answers, this.#subscriber.ping()]);
  }

  close(): void {
    this.#pair.close();
    for (const client of [this.#publisher, this.#subscriber]) client.disconnect();
  }
}
