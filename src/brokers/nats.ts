import { isPromise } from "../base/contain.ts";
import { checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { ClientOptions } from "./client_options.ts";
import type { Engine, EngineListener, MessageHeaders } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import type { JetStream } from "./jetstream.ts";

/** A message as `@nats-io` hands it out. */
export interface NatsMessage {
  /** Where it came. */
  readonly subject: string;
  /** What it is. */
  readonly data: Uint8Array;
  /** What the engine says of it. */
  readonly headers?: MessageHeaders | undefined;
}

/** The part of a connection of `@nats-io/transport-node`, or any other transport, that is used. */
export interface NatsConnection {
  /** What the engine said of itself. */
  readonly info?: { readonly max_payload: number } | undefined;
  /** Sends a message, some time. */
  publish(subject: string, payload?: Uint8Array | string): void;
  /** Subscribes, some time. */
  subscribe(
    subject: string,
    options?: { callback?: (error: Error | null, message: NatsMessage) => void },
  ): { unsubscribe(): void };
  /** Resolves when the engine has what was sent before. */
  flush(): Promise<void>;
  /** Says what happens to the connection. */
  status(): AsyncIterable<{ readonly type: string }>;
  /** Whether it has ended for good. */
  isClosed(): boolean;
  /** Connects anew. */
  reconnect?(): Promise<void>;
}

/** What `nats` takes. */
export interface NatsOptions {
  /**
   * Your connection; or the promise of it, so that the server answers while NATS is away:
   * `connect({ waitOnFirstConnect: true, … })`, not awaited.
   */
  readonly connection: NatsConnection | PromiseLike<NatsConnection>;
  /**
   * Begins every subject: keeps apart what shares an engine. 1 to 64 letters, digits, `_` and `-`,
   * with dots between.
   */
  readonly prefix: string;
  /**
   * JetStream, for mode `replay`: its client and its manager, of `@nats-io/jetstream`; or the promise
   * of them. Default: mode `live` only.
   */
  readonly jetstream?: JetStream | PromiseLike<JetStream> | undefined;
  /**
   * On how many servers of a cluster the stream of mode `replay` is kept, 1, 3 or 5: with 3, nothing that
   * was answered with `relayed: true` is lost with one of them. Of a stream that is there already, it is
   * changed. Default: 1 for a stream that is made, and as it is for one that is there.
   */
  readonly replicas?: 1 | 3 | 5 | undefined;
}

/** Subjects that are remembered as refused: clients may name them. */
const MOST_DENIED = 1_000;

/** Bytes of one message where the engine has not said it yet: its default. */
const MAX_PAYLOAD = 1024 * 1024;

/** NATS by a connection of the user. */
export class NatsEngine implements Engine {
  readonly name = "nats";
  readonly #connection: NatsOptions["connection"];
  readonly #prefix: string;
  readonly #subscriptions = new Map<string, { unsubscribe(): void }>();
  /** What NATS has said of subscriptions just now: it ends those, and tells before it answers. */
  readonly #refused = new Map<string, Error>();
  /** What may not be published to. NATS says so of each message, but not of which one. */
  readonly #denied = new Map<string, unknown>();
  #open: NatsConnection | undefined;
  #listener: EngineListener | undefined;
  /** The flush that is under way, and the one after it, which what is published now waits for. */
  #flushing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @throws {TypeError} If the connection has options with which messages get lost. */
  constructor(options: NatsOptions) {
    checkNames("nats", options, ["connection", "prefix", "jetstream", "replicas"]);
    const { connection, prefix, jetstream, replicas } = options;
    if (typeof prefix !== "string" || !/^(?=.{1,64}$)[\w-]+(\.[\w-]+)*$/.test(prefix)) {
      const expected = "1 to 64 letters, digits, _ and -, with dots between";
      throw usageError("use option prefix", expected, JSON.stringify(prefix) ?? "none");
    }
    if (replicas !== undefined && ![1, 3, 5].includes(replicas)) {
      throw usageError("use option replicas", "1, 3 or 5", JSON.stringify(replicas));
    }
    if (!isPromise(connection)) checkConnection(connection);
    // Whoever needs it hears of it; unhandled, it would end the process.
    if (isPromise(jetstream)) jetstream.then(undefined, () => {});
    this.#connection = connection;
    this.#prefix = prefix;
  }

  get maxPayload(): number {
    return this.#open?.info?.max_payload ?? MAX_PAYLOAD;
  }

  /** One token for each name: whatever NATS could read something into is encoded. */
  channel(kind: "topic" | "canary", name: string): string {
    return `${this.#prefix}.${kind === "topic" ? "t" : "c"}.${tokenOf(name)}`;
  }

  start(listener: EngineListener): void {
    this.#listener = listener;
    this.#run().catch((error) => this.#listener?.error(error));
  }

  async #run(): Promise<void> {
    const connection = await this.#connection;
    checkConnection(connection);
    this.#open = connection;
    const states = connection.status();
    if (!connection.isClosed()) this.#listener?.connected();
    let cause: unknown;
    for await (const status of states) {
      const error = "error" in status ? status.error : undefined;
      if (error !== undefined) this.#listener?.error(cause = error);
      this.#deny(error);
      if (status.type === "staleConnection") cause = new Error("NATS does not answer pings");
      if (status.type === "reconnect") {
        this.#denied.clear();
        this.#listener?.connected();
      }
      if (status.type !== "disconnect" && status.type !== "close") continue;
      this.#flushing = this.#next = undefined;
      this.#listener?.disconnected(cause);
      cause = undefined;
    }
    this.#listener?.disconnected(new Error("The connection to NATS has ended for good"));
  }

  #deny(error: unknown): void {
    const { operation, subject } = (error ?? {}) as { operation?: unknown; subject?: unknown };
    if (operation !== "publish" || typeof subject !== "string") return;
    if (this.#denied.size >= MOST_DENIED) this.#denied.clear();
    this.#denied.set(subject, error);
  }

  async publish(channel: string, packet: Packet): Promise<void> {
    this.#opened().publish(channel, packet);
    await this.#flush();
    if (this.#denied.has(channel)) throw this.#denied.get(channel);
  }

  /** What is published while one flush is under way shares the next one. */
  #flush(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const connection = this.#opened();
    const before = this.#flushing ?? Promise.resolve();
    const next: Promise<void> = before.then(() => {}, () => {}).then(() => {
      if (this.#next === next) this.#next = undefined;
      return this.#flushing = connection.flush().then(afterStatus);
    });
    return this.#next = next;
  }

  refuses(error: unknown): error is Error {
    return error instanceof Error && error.name === "PermissionViolationError";
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const connection = this.#opened();
    for (const channel of channels) {
      if (this.#subscriptions.has(channel)) continue;
      const callback = (error: Error | null, message: NatsMessage) => {
        if (error === null) {
          return this.#listener?.message(message.subject, message.data, message.headers);
        }
        this.#subscriptions.delete(channel);
        this.#refused.set(channel, error);
      };
      this.#subscriptions.set(channel, connection.subscribe(channel, { callback }));
    }
    await connection.flush();
    const refused = channels.map((channel) => this.#refused.get(channel));
    for (const channel of channels) this.#refused.delete(channel);
    for (const error of refused) if (error !== undefined) throw error;
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      this.#subscriptions.get(channel)?.unsubscribe();
      this.#subscriptions.delete(channel);
    }
    await this.#opened().flush();
  }

  #opened(): NatsConnection {
    if (this.#open === undefined) throw usageError("use NATS", "a connection", "none yet", Error);
    return this.#open;
  }

  reconnect(): void {
    this.#open?.reconnect?.().catch(() => {});
  }

  close(): void {
    this.#listener = undefined;
  }
}

/** A name as one token of a subject. */
export function tokenOf(name: string): string {
  return encodeURIComponent(name).replaceAll(".", "%2E");
}

/** What NATS said before its answer comes through the queue of `status()`, some microtasks later. */
async function afterStatus(): Promise<void> {
  for (let i = 0; i < 10; i++) await undefined;
}

function checkConnection(connection: NatsConnection): void {
  if (typeof (connection as Partial<NatsConnection> | undefined)?.flush !== "function") {
    throw usageError("use nats", "a connection of @nats-io", typeOf(connection));
  }
  const { options: given } = connection as { readonly options?: unknown };
  const options = new ClientOptions("the connection to NATS", given);
  options.is("maxReconnectAttempts", -1, "otherwise it gives up after some tries");
  const yes = (value: unknown) => value === undefined || value === true;
  options.expect("reconnect", yes, "true", "otherwise it ends with the first cut");
  const no = (value: unknown) => value === undefined || value === false;
  options.expect("noEcho", no, "false", "what comes back proves that messages get through");
  options.pings("pingInterval");
}
