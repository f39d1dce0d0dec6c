import type { NodeLink, NodeListener } from "./cluster_client.ts";
import type { Address } from "./cluster_map.ts";
import type { Packet } from "./envelope.ts";
import { Pair } from "./pair.ts";
import type { AsBuffer, Reply } from "./redis_channel.ts";

/** The client for one node, as node-redis makes it. */
export interface NodeRedisNode {
  readonly options?: object | undefined;
  readonly isOpen: boolean;
  duplicate(overrides: never): NodeRedisNode;
  connect(): Promise<unknown>;
  destroy(): void;
  sSubscribe(
    channel: string,
    listener: (message: Uint8Array, channel: Uint8Array) => unknown,
    bufferMode: true,
  ): Promise<void>;
  sUnsubscribe(
    channel: string,
    listener: (message: Uint8Array, channel: Uint8Array) => unknown,
    bufferMode: true,
  ): Promise<void>;
  sendCommand(args: never, options?: never): Promise<unknown>;
  on(event: string, listener: (error: Error) => void): unknown;
}

const decoder = new TextDecoder();

/** The type of texts in answers, `$`, which are wanted as bytes. */
const BLOB_STRING = 36;

/** Without a timer for each message, which takes as long as all the rest: there is one for all. */
const PLAIN = { timeout: 0 };

/**
 * What is set up otherwise than the user has done for the cluster's own connections: whoever is cut off
 * is thrown away, because a client that comes back asks for all channels that it had, and stays away if
 * one of them is at another node by now.
 */
const OURS = {
  disableOfflineQueue: true,
  pingInterval: 4_000,
  readonly: false,
  clientSideCache: undefined,
  commandOptions: undefined,
};
const SOCKET = { reconnectStrategy: false, connectTimeout: 5_000, socketTimeout: 9_000 };

/** Two connections to a node of a cluster, by clients of node-redis. */
export class NodeRedisLink implements NodeLink {
  readonly #publisher: NodeRedisNode;
  readonly #subscriber: NodeRedisNode;
  readonly #pair: Pair;
  readonly #asBuffer: AsBuffer;
  readonly #asBytes: object;

  /** `template`: a client of the same cluster, whichever its node is. */
  constructor(
    template: NodeRedisNode,
    { host, port }: Address,
    listener: NodeListener,
    asBuffer: AsBuffer,
  ) {
    const { socket } = (template.options ?? {}) as { readonly socket?: object };
    const options = { ...OURS, socket: { ...socket, ...SOCKET, host, port } };
    const pair = this.#pair = new Pair(listener);
    this.#asBuffer = asBuffer;
    const Buffer = asBuffer(new Uint8Array(0)).constructor;
    this.#asBytes = { ...PLAIN, typeMapping: { [BLOB_STRING]: Buffer } };
    this.#publisher = template.duplicate(options as never);
    this.#subscriber = template.duplicate(options as never);
    this.#subscriber.on("sharded-channel-moved", () => pair.moved());
    for (const client of [this.#publisher, this.#subscriber]) {
      for (const event of ["error", "end", "terminated"]) {
        client.on(event, (error) => pair.gone(error));
      }
      client.on("ready", () => pair.ready(client));
      client.connect().catch((error) => pair.gone(error));
    }
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    const message = typeof packet === "string" ? packet : this.#asBuffer(packet);
    return this.#publisher.sendCommand(["SPUBLISH", channel, message] as never, PLAIN as never);
  }

  async command(args: readonly Packet[]): Promise<Reply> {
    const given = args.map((arg) => typeof arg === "string" ? arg : this.#asBuffer(arg));
    return await this.#publisher.sendCommand(given as never, this.#asBytes as never) as Reply;
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#inStep(
      channels.map((name) => this.#subscriber.sSubscribe(name, this.#take, true)),
    );
  }

  readonly #take = (message: Uint8Array, channel: Uint8Array): void => {
    this.#pair.message(decoder.decode(channel), message);
  };

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    // With the listener, so that the client asks again for what it could not leave in order.
    const answers = channels.map((name) => this.#subscriber.sUnsubscribe(name, this.#take, true));
    return this.#inStep(answers);
  }

  /**
   * A node ends subscriptions by itself when their slot moves, which the client takes for the answer to
   * what it waits for: its next answer would then find nobody waiting, and end the process. Behind a ping
   * it is in step again.
   */
  #inStep(answers: Promise<unknown>[]): Promise<unknown> {
    return Promise.all([...answers, this.#subscriber.sendCommand(["PING"] as never)]);
  }

  close(): void {
    this.#pair.close();
    for (const client of [this.#publisher, this.#subscriber]) if (client.isOpen) client.destroy();
  }
}
