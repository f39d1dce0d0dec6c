import { ClientOptions } from "./client_options.ts";
import type { EngineListener } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import {
  type AsBuffer,
  isReply,
  MAX_PAYLOAD,
  redisChannel,
  type RedisEngine,
  type Reply,
} from "./redis_channel.ts";

/** The part of a client of node-redis (`npm:redis`, from version 5 on) that is used. */
export interface NodeRedis {
  /** What it was created with. */
  readonly options?: object | undefined;
  /** Whether `connect()` was called, and `close()` was not. */
  readonly isOpen: boolean;
  /** Whether it is connected. */
  readonly isReady: boolean;
  /** `SUBSCRIBE`, with messages as bytes. */
  subscribe(
    channels: string[],
    listener: (message: Uint8Array, channel: Uint8Array) => unknown,
    bufferMode: true,
  ): Promise<void>;
  /** `UNSUBSCRIBE`. */
  unsubscribe(channels: string[]): Promise<void>;
  /** Any command. It takes strings and `Buffer`s, a type that is not named here. */
  sendCommand(args: never, options?: { readonly timeout?: number }): Promise<unknown>;
  /** Listens to what happens to the connection. */
  on(event: string, listener: (error: Error) => void): unknown;
}

const decoder = new TextDecoder();

/** The type of texts in answers, `$`, which are wanted as bytes. */
const BLOB_STRING = 36;

/** Without a timer for each message, which takes as long as all the rest: there is one for all. */
const PLAIN = { timeout: 0 };

/** Redis or Valkey by clients of node-redis. */
export class NodeRedisEngine implements RedisEngine {
  readonly name = "redis";
  readonly maxPayload = MAX_PAYLOAD;
  readonly #publisher: NodeRedis;
  readonly #subscriber: NodeRedis;
  readonly #prefix: string;
  readonly #asBuffer: AsBuffer;
  /** For answers with texts as bytes. */
  readonly #asBytes: object;
  #listener: EngineListener | undefined;
  #connected = false;

  /** @throws {TypeError} If a client has options with which messages get lost. */
  constructor(publisher: NodeRedis, subscriber: NodeRedis, prefix: string, asBuffer: AsBuffer) {
    checkClient("publisher", publisher);
    checkClient("subscriber", subscriber);
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#prefix = prefix;
    this.#asBuffer = asBuffer;
    const Buffer = asBuffer(new Uint8Array(0)).constructor;
    this.#asBytes = { ...PLAIN, typeMapping: { [BLOB_STRING]: Buffer } };
  }

  channel(kind: "topic" | "canary", name: string): string {
    return redisChannel(this.#prefix, kind, name);
  }

  start(listener: EngineListener): void {
    this.#listener = listener;
    for (const client of [this.#publisher, this.#subscriber]) {
      // Without a listener for errors, Node ends the process.
      client.on("error", (error) => {
        // What cuts it off is told as the cause of that.
        if (!this.#look(error)) this.#listener?.error(error);
      });
      for (const event of ["ready", "reconnecting", "end", "terminated"]) {
        client.on(event, (error) => this.#look(error));
      }
    }
    this.#look();
  }

  /** Tells whether both are connected, if that has changed: returns whether it has. */
  #look(cause?: unknown): boolean {
    const connected = this.#publisher.isReady && this.#subscriber.isReady;
    if (connected === this.#connected) return false;
    this.#connected = connected;
    if (connected) this.#listener?.connected();
    else this.#listener?.disconnected(cause);
    return true;
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    const message = typeof packet === "string" ? packet : this.#asBuffer(packet);
    return this.#publisher.sendCommand(["PUBLISH", channel, message] as never, PLAIN);
  }

  refuses(error: unknown): error is Error {
    return isReply(error);
  }

  async command(args: readonly Packet[]): Promise<Reply> {
    const given = args.map((arg) => typeof arg === "string" ? arg : this.#asBuffer(arg));
    return await this.#publisher.sendCommand(given as never, this.#asBytes) as Reply;
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#subscriber.subscribe([...channels], this.#take, true);
  }

  readonly #take = (message: Uint8Array, channel: Uint8Array): void => {
    this.#listener?.message(decoder.decode(channel), message);
  };

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#subscriber.unsubscribe([...channels]);
  }

  /** Redis cuts whoever says goodbye, and the client comes back. */
  reconnect(): void {
    this.#subscriber.sendCommand(["QUIT"] as never).catch(() => {});
  }

  close(): void {
    this.#listener = undefined;
  }
}

function checkClient(role: string, client: NodeRedis): void {
  const options = new ClientOptions(`the ${role} of node-redis`, client.options);
  options.is("disableOfflineQueue", true, "a queue would send late what was said not to be sent");
  options.pings("pingInterval");
  const socket = options.within("socket");
  const ping = options.get("pingInterval") as number;
  const longer = (ms: unknown) => typeof ms === "number" && ms > ping && ms <= 2 * 30_000;
  const expected = `more than pingInterval and at most 60000 milliseconds, such as ${2 * ping}`;
  socket.expect("socketTimeout", longer, expected, "an engine that stands still is found by it");
  const retries = (strategy: unknown) => ["function", "number"].includes(typeof strategy);
  const why = "the default gives up after socketTimeout";
  socket.expect("reconnectStrategy", retries, "a function or milliseconds, such as 500", why);
}
