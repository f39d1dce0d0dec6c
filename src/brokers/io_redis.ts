import { ClientOptions } from "./client_options.ts";
import type { Engine, EngineListener } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import { type AsBuffer, isReply, MAX_PAYLOAD, redisChannel } from "./redis_channel.ts";

/** The part of a client of ioredis, or of iovalkey, that is used. */
export interface IoRedis {
  /** What it was created with. */
  readonly options?: object | undefined;
  /** `ready` when it is connected. */
  readonly status: string;
  /** `PUBLISH`. */
  publish(channel: string, message: never): Promise<unknown>;
  /** `SUBSCRIBE`. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** `UNSUBSCRIBE`. */
  unsubscribe(...channels: string[]): Promise<unknown>;
  /** Cuts the connection, and makes another one if it is told to. */
  disconnect(reconnect?: boolean): void;
  /** Listens to messages, and to what happens to the connection. */
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** What a client is that has a connection, or is about to have one. */
const BUSY: readonly string[] = ["connecting", "connect", "ready"];

const decoder = new TextDecoder();

/** Redis or Valkey by clients of ioredis or iovalkey. */
export class IoRedisEngine implements Engine {
  readonly name = "redis";
  readonly maxPayload = MAX_PAYLOAD;
  readonly #publisher: IoRedis;
  readonly #subscriber: IoRedis;
  readonly #prefix: string;
  readonly #asBuffer: AsBuffer;
  #listener: EngineListener | undefined;
  #connected = false;
  #error: unknown;

  /** @throws {TypeError} If a client has options with which messages get lost. */
  constructor(publisher: IoRedis, subscriber: IoRedis, prefix: string, asBuffer: AsBuffer) {
    checkClient("publisher", publisher);
    checkClient("subscriber", subscriber);
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#prefix = prefix;
    this.#asBuffer = asBuffer;
  }

  channel(kind: "topic" | "canary", name: string): string {
    return redisChannel(this.#prefix, kind, name);
  }

  start(listener: EngineListener): void {
    this.#listener = listener;
    // Whoever connects is subscribed anew by us. What the client does by itself may reject, and nobody
    // can catch it: one topic that is refused, or one more cut, would end the process.
    const options = (this.#subscriber.options ?? {}) as { autoResubscribe?: boolean };
    options.autoResubscribe = false;
    this.#subscriber.on("messageBuffer", (channel: Uint8Array, message: Uint8Array) => {
      this.#listener?.message(decoder.decode(channel), message);
    });
    for (const client of [this.#publisher, this.#subscriber]) {
      client.on("error", (error: unknown) => {
        // What cuts it off is told as the cause of that, when it is.
        if (this.#connected) this.#error = error;
        else this.#listener?.error(error);
      });
      for (const event of ["ready", "close", "reconnecting", "end"]) {
        client.on(event, () => this.#look());
      }
    }
    this.#look();
  }

  #look(): void {
    const connected = this.#publisher.status === "ready" && this.#subscriber.status === "ready";
    if (connected === this.#connected) return;
    this.#connected = connected;
    if (connected) this.#listener?.connected();
    else this.#listener?.disconnected(this.#error);
    this.#error = undefined;
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    const message = typeof packet === "string" ? packet : this.#asBuffer(packet);
    return this.#publisher.publish(channel, message as never);
  }

  refuses(error: unknown): error is Error {
    return isReply(error);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#subscriber.subscribe(...channels);
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#subscriber.unsubscribe(...channels);
  }

  reconnect(): void {
    for (const client of [this.#subscriber, this.#publisher]) {
      // Otherwise it waits for the user, or for its next try.
      if (BUSY.includes(client.status)) client.disconnect(true);
    }
  }

  close(): void {
    this.#listener = undefined;
  }
}

function checkClient(role: string, client: IoRedis): void {
  const options = new ClientOptions(`the ${role} of ioredis`, client.options);
  options.is("enableOfflineQueue", false, "a queue would send late what was said not to be sent");
  const resend = "what was under way when the connection was cut would be sent twice";
  options.is("autoResendUnfulfilledCommands", false, resend);
  const retries = (strategy: unknown) => strategy === undefined || typeof strategy === "function";
  options.expect("retryStrategy", retries, "a function", "without one it never comes back");
  const none = (prefix: unknown) => prefix === undefined || prefix === "";
  options.expect("keyPrefix", none, "none", "the prefix of redis() takes its place");
}
