import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { messageOf } from "../base/contain.ts";
import type { Asked, ClusterClient, NodeLink } from "./cluster_client.ts";
import type { Address, Master, View } from "./cluster_map.ts";
import type { EngineListener } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import { hashSlot } from "./hash_slot.ts";
import { isReply, MAX_PAYLOAD, type RedisEngine, type Reply, tagOf } from "./redis_channel.ts";

/** Milliseconds before it is tried anew to connect to a node. */
const RETRY = 250;

/** Times that something is tried half of whose keys are on their way to another node, and the pause. */
const MOST_TRIES = 20;
const PAUSE = 50;

/** What a node says of slots that it does not serve, or not now. */
const ELSEWHERE = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|LOADING) /;

/** Whether an answer says no more than that the slot is elsewhere. */
export function isElsewhere(error: unknown): boolean {
  return isReply(error) && ELSEWHERE.test(error.message);
}

/** What a shard asks of the cluster that it is in. */
export interface ShardOwner {
  /** Something is not where it should be: the map is out of date. */
  hurry(): void;
  /** Has another node do something that it does not answer for yet: `ASKING`. */
  asking(address: Address, args: readonly Packet[]): Promise<Reply>;
}

/** What a shard is made with. */
export interface ShardTools {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly prefix: string;
  readonly owner: ShardOwner;
}

/** One master of a cluster, or whoever took its place, as an engine of its own. */
export class Shard implements RedisEngine, Asked {
  readonly name = "redis";
  readonly maxPayload = MAX_PAYLOAD;
  readonly sharded = true;
  readonly #tools: ShardTools;
  #master: Master;
  #listener: EngineListener | undefined;
  #link: NodeLink | undefined;
  #connected = false;
  #stop: (() => void) | undefined;
  /** The channel of canaries as its owner knows it, and as it is now: it has to be in one of our slots. */
  #canary = "";
  #canaryHere = "";

  constructor(master: Master, tools: ShardTools) {
    this.#master = master;
    this.#tools = tools;
  }

  /** Who serves its slots now. */
  get master(): Master {
    return this.#master;
  }

  /** Whether it is connected. */
  get connected(): boolean {
    return this.#connected;
  }

  channel(kind: "topic" | "canary", name: string): string {
    const { prefix } = this.#tools;
    if (kind === "topic") return `${prefix}:t:{${tagOf(name)}}`;
    this.#canary = `${prefix}:c:${name}`;
    this.#placeCanary();
    return this.#canary;
  }

  #placeCanary(): void {
    const { ranges } = this.#master;
    const isHere = (channel: string) => {
      const slot = hashSlot(channel);
      return ranges.some(([from, to]) => from <= slot && slot <= to);
    };
    for (let i = 0; this.#canaryHere === "" || !isHere(this.#canaryHere); i++) {
      this.#canaryHere = `${this.#canary}:${i.toString(36)}`;
    }
  }

  start(listener: EngineListener): void {
    this.#listener = listener;
    this.#open();
  }

  /** The slots are others now, or served by another node. */
  point(master: Master): void {
    const { host, port } = this.#master;
    this.#master = master;
    const before = this.#canaryHere;
    if (before !== "") this.#placeCanary();
    if (master.host !== host || master.port !== port) {
      return this.#anew(new Error(`${host}:${port} serves its slots no longer`));
    }
    // One that is lost on the way is no reason to worry: there is another one soon.
    if (this.#canaryHere !== before) this.#link?.subscribe([this.#canaryHere]).catch(() => {});
  }

  #open(): void {
    this.#stop = undefined;
    const { client, clock, owner } = this.#tools;
    try {
      this.#link = client.open(this.#master, {
        ready: () => {
          this.#connected = true;
          this.#listener?.connected();
        },
        gone: (cause) => {
          this.#drop(cause);
          this.#stop = clock.after(RETRY, () => this.#open());
          owner.hurry();
        },
        message: (channel, bytes) =>
          this.#listener?.message(channel === this.#canaryHere ? this.#canary : channel, bytes),
        moved: () => owner.hurry(),
      });
    } catch (error) {
      this.#listener?.error(error);
      this.#stop = clock.after(RETRY, () => this.#open());
    }
  }

  /** Lets go of the connections, and says so. */
  #drop(cause: unknown): void {
    this.#link?.close();
    this.#link = undefined;
    const was = this.#connected;
    this.#connected = false;
    if (was) this.#listener?.disconnected(cause);
    else if (cause !== undefined) this.#listener?.error(cause);
  }

  #anew(cause?: unknown): void {
    this.#stop?.();
    if (this.#listener === undefined) return;
    this.#drop(this.#connected ? cause : undefined);
    this.#open();
  }

  #linked(): NodeLink {
    const { host, port } = this.#master;
    if (this.#link !== undefined && this.#connected) return this.#link;
    throw new Error(`Cannot use redis: expected a connection to ${host}:${port}, got none`);
  }

  async publish(channel: string, packet: Packet): Promise<unknown> {
    try {
      return await this.#linked().publish(this.#here(channel), packet);
    } catch (error) {
      throw this.#look(error);
    }
  }

  #here(channel: string): string {
    return channel === this.#canary ? this.#canaryHere : channel;
  }

  #look(error: unknown): unknown {
    if (isElsewhere(error)) this.#tools.owner.hurry();
    return error;
  }

  async command(args: readonly Packet[]): Promise<Reply> {
    for (let tries = 0;; tries++) {
      try {
        return await this.#linked().command(args);
      } catch (error) {
        const [, host, port] = /^ASK \d+ (\S*):(\d+)$/.exec(messageOf(error)) ?? [];
        if (port !== undefined) {
          const address = { host: host || this.#master.host, port: Number(port) };
          return await this.#tools.owner.asking(address, args);
        }
        if (!/^TRYAGAIN /.test(messageOf(error)) || tries === MOST_TRIES) throw this.#look(error);
        const rest = new Deferred<void>();
        this.#tools.clock.after(PAUSE, () => rest.resolve());
        await rest.promise;
      }
    }
  }

  async ask(): Promise<View> {
    const text = `${await this.#linked().command(["CLUSTER", "NODES"])}`;
    return { host: this.#master.host, text };
  }

  /** Not what says that a slot is elsewhere: it is asked for there as soon as that is known. */
  refuses(error: unknown): error is Error {
    return isReply(error) && !isElsewhere(error);
  }

  async subscribe(channels: readonly string[]): Promise<unknown> {
    try {
      return await this.#linked().subscribe(channels.map((channel) => this.#here(channel)));
    } catch (error) {
      throw this.#look(error);
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<unknown> {
    try {
      return await this.#linked().unsubscribe(channels.map((channel) => this.#here(channel)));
    } catch (error) {
      // What is not there any more is left already.
      if (!isElsewhere(error)) throw error;
    }
  }

  reconnect(): void {
    // Whoever asks for it has something else to do before.
    queueMicrotask(() => this.#anew(new Error("Connecting anew")));
  }

  close(): void {
    this.#listener = undefined;
    this.#stop?.();
    this.#link?.close();
    this.#link = undefined;
    this.#connected = false;
  }
}
