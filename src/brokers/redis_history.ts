import { usageError } from "../base/usage_error.ts";
import { randomDigits } from "./record.ts";
import type { Packet } from "./envelope.ts";
import type { From, HistoryEngine, HistoryListener, Stretch } from "./history_engine.ts";
import type { HistoryLimits } from "./history.ts";
import { type Mark, sameMark } from "./mark.ts";
import { entryOf, RedisStamp } from "./redis_entry.ts";
import { APPEND, READ, SHARDED_APPEND } from "./redis_scripts.ts";
import { type RedisEngine, type Reply, tagOf } from "./redis_channel.ts";

/** Milliseconds for which a topic's numbers are kept longer than its messages. */
const DAY = 86_400_000;

/** A script, and the name by which Redis knows it once it has it. */
interface Script {
  readonly text: string;
  sha: string | undefined;
}

/** Redis or Valkey with a history: a stream for each topic. */
export class RedisHistory implements HistoryEngine {
  readonly batch = 128;
  readonly #engine: RedisEngine;
  /** What scripts are told of the limits. */
  readonly #numbers: string;
  readonly #prefix: string;
  readonly #durable: boolean;
  readonly #append: Script;
  readonly #read: Script = { text: READ, sha: undefined };
  /** Together they name a history that nobody else has begun. */
  readonly #process = randomDigits();
  #calls = 0;
  /** Ends every epoch: of the process of Redis, which after a restart may give numbers twice. */
  #run = "";

  /** `durable`: a restart of Redis loses nothing, so that its histories go on. */
  constructor(
    engine: RedisEngine,
    { prefix, durable }: { readonly prefix: string; readonly durable: boolean },
    limits: HistoryLimits,
  ) {
    this.#engine = engine;
    this.#append = { text: engine.sharded ? SHARDED_APPEND : APPEND, sha: undefined };
    const age = Math.ceil(limits.age);
    this.#numbers = [limits.count, limits.bytes, age, age + DAY].join("\n");
    this.#prefix = prefix;
    this.#durable = durable;
  }

  get name(): "redis" {
    return this.#engine.name;
  }

  get maxPayload(): number {
    return this.#engine.maxPayload;
  }

  channel(kind: "topic" | "canary", name: string): string {
    return this.#engine.channel(kind, name);
  }

  start(listener: HistoryListener): void {
    this.#engine.start({
      connected: () => listener.connected(),
      disconnected: (cause) => listener.disconnected(cause),
      error: (error) => listener.error(error),
      message: (channel, bytes) => {
        const stamp = RedisStamp.of(bytes);
        if (stamp === undefined) listener.message(channel, bytes);
        else listener.recorded(channel, entryOf(stamp.mark, stamp.rest));
      },
    });
  }

  async prepare(): Promise<void> {
    const info = `${await this.#engine.command(["INFO", "server"])}`;
    if (!this.#engine.sharded && /^redis_mode:cluster/m.test(info)) {
      const expected = "option cluster, with the client of a cluster, for what is part of one";
      throw usageError("use redis", expected, "publisher and subscriber", Error);
    }
    const [, run = ""] = /^run_id:(\w{8})/m.exec(info) ?? [];
    this.#run = this.#durable ? "" : run;
    for (const script of [this.#append, this.#read]) {
      script.sha = `${await this.#engine.command(["SCRIPT", "LOAD", script.text])}`;
    }
  }

  async append(topic: string, packets: readonly Packet[]): Promise<readonly Mark[]> {
    const answer = await this.#call(this.#append, topic, packets);
    const [stored = "", time, last] = `${answer}`.split(" ");
    const [epoch, check] = [this.#epochOf(stored), base36(time)];
    const first = Number(last) - packets.length + 1;
    return packets.map((_, i) => ({ epoch, offset: first + i, check }));
  }

  async read(topic: string, from: From, limit: number): Promise<Stretch> {
    const id = typeof from === "string" ? { start: "-", end: "" }[from] : idOf(from);
    const start = id ?? "";
    const answer = await this.#call(this.#read, topic, [start, `${limit}`]) as readonly Reply[];
    const [stored, time, last] = answer;
    const epoch = this.#epochOf(stored);
    const head: Mark = { epoch, offset: Number(`${last}`), check: base36(time) };
    const ids = answer.slice(3).filter((_, i) => i % 2 === 0);
    const entries = ids.map((id, i) => {
      const [at, number] = `${id}`.split("-");
      const mark = { epoch, offset: Number(number), check: base36(at) };
      return entryOf(mark, answer[3 + 2 * i + 1] as Uint8Array);
    });
    if (typeof from === "string") return stretchOf(entries, head);
    if (id === undefined) return { entries: [], head, done: true, lost: "epoch" };
    const lost = lostBehind(from, entries.map(({ mark }) => mark), head);
    // The one that it begins behind is not wanted itself.
    const rest = entries.filter(({ mark }) => mark.offset > from.offset);
    return { ...stretchOf(lost === "epoch" ? [] : rest, head), ...lost ? { lost } : {} };
  }

  #epochOf(stored: Reply | undefined): string {
    return `${stored}${this.#run}`;
  }

  async #call(script: Script, topic: string, args: readonly Packet[]): Promise<Reply> {
    const tag = tagOf(topic);
    const epoch = this.#process + (this.#calls++).toString(36);
    const lines = `${epoch}\n${this.#numbers}\n${this.#run}\n${this.channel("topic", topic)}`;
    const keys = [`${this.#prefix}:m:{${tag}}`, `${this.#prefix}:s:{${tag}}`];
    const rest = ["2", ...keys, lines, ...args];
    try {
      return await this.#engine.command(["EVALSHA", script.sha ?? "", ...rest]);
    } catch (error) {
      // Somebody has told Redis to forget its scripts.
      if (!/NOSCRIPT/.test(`${error}`)) throw error;
      return await this.#engine.command(["EVAL", script.text, ...rest]);
    }
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    return this.#engine.publish(channel, packet);
  }

  refuses(error: unknown): error is Error {
    return this.#engine.refuses(error);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    return this.#engine.subscribe(channels);
  }

  unsubscribe(channels: readonly string[]): Promise<unknown> {
    return this.#engine.unsubscribe(channels);
  }

  reconnect(): void {
    this.#engine.reconnect?.();
  }

  close(): void {
    this.#engine.close();
  }
}

function base36(number: unknown): string {
  return Number(`${number}`).toString(36);
}

/** The id of the entry with a mark; `undefined` if none can have it: clients make them up. */
function idOf({ check, offset }: Mark): string | undefined {
  return /^[0-9a-z]{1,10}$/.test(check) ? `${parseInt(check, 36)}-${offset}` : undefined;
}

function stretchOf(entries: Stretch["entries"], head: Mark): Stretch {
  return { entries, head, done: (entries.at(-1)?.mark.offset ?? head.offset) >= head.offset };
}

/** Why there may be messages missing behind a mark, given those that were found from it on. */
function lostBehind(from: Mark, found: readonly Mark[], head: Mark): Stretch["lost"] {
  const [first] = found;
  if (from.epoch !== head.epoch || from.offset > head.offset) return "epoch";
  // Numbers have no holes: whoever has this one has another message by it.
  const same = first === undefined || first.offset > from.offset ? undefined : first;
  if (same !== undefined && !sameMark(same, from)) return "epoch";
  if (from.offset === head.offset) return sameMark(from, head) ? undefined : "epoch";
  // The mark itself may be kept longer than what came behind it counts.
  const next = same === undefined ? first : found[1];
  return next?.offset === from.offset + 1 ? undefined : "trimmed";
}
