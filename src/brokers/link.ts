import { Deferred } from "../base/deferred.ts";
import { Canary } from "./canary.ts";
import type { Engine } from "./engine.ts";
import { encode, type Envelope } from "./envelope.ts";
import type { TopicsState } from "./state.ts";
import type { Wishes } from "./wishes.ts";

/** Looks after which a client that does not get connected is told to try anew. */
const LONG_AWAY = 6;

/** What a link asks of whoever sends and takes messages over it, and what it tells. */
export interface LinkOwner {
  /** The channels that are wanted. */
  wanted(): Iterable<string>;
  /** The client has connected; nothing has been sent yet. */
  connected(): void;
  /** Gets ready before anything else, once for each connection, if there is something to do. */
  prepare?(): Promise<void>;
  /** The client was cut off. */
  cut(cause: unknown): void;
  /** Whatever is published from now on may not come. */
  lost(): void;
  /** Messages are seen to come back. */
  up(): void;
  /** The state has changed; before `up` is called. */
  state(state: TopicsState, cause?: unknown): void;
  /** The engine refuses a channel, and goes on with the others. */
  refused(channel: string, error: unknown): void;
}

/**
 * The way to an engine and back. The engine's client is not asked whether it works: the way is up
 * once a canary has come back, and suspect as soon as one has not.
 */
export class Link {
  /** Where the canaries of this process fly. */
  readonly channel: string;
  readonly #engine: Omit<Engine, "start">;
  readonly #id: string;
  readonly #wishes: Wishes;
  readonly #owner: LinkOwner;
  /** Tells our canaries from those of another process with our id. */
  readonly #nonce: string = crypto.randomUUID();
  readonly #canary = new Canary();
  #canaryBack: Deferred<void> | undefined;
  #state: TopicsState = "down";
  #connected = false;
  /** Looks since it was cut off. */
  #away = 0;
  /** Counts connections and attempts, so that an old one does nothing any more. */
  #attempt = 0;
  /** Whether something was not subscribed for want of a connection. */
  #doubtful = false;
  /** Whether an attempt waits for the engine to take note of what is wanted. */
  #subscribing = false;
  #closed = false;

  /** `id`: of this process. */
  constructor(engine: Omit<Engine, "start">, id: string, wishes: Wishes, owner: LinkOwner) {
    this.#engine = engine;
    this.#id = id;
    this.#wishes = wishes;
    this.#owner = owner;
    this.channel = engine.channel("canary", id);
  }

  get state(): TopicsState {
    return this.#state;
  }

  /** Whether the client says that it is connected. */
  get connected(): boolean {
    return this.#connected;
  }

  /** The client has connected, or connected again. */
  connect(): void {
    this.#connected = true;
    this.#away = 0;
    this.#owner.connected();
    this.#bringUp();
  }

  /** The client was cut off. */
  disconnect(cause: unknown): void {
    this.#connected = this.#subscribing = false;
    this.#attempt++;
    this.#owner.cut(cause);
    this.#become("down", cause);
  }

  /** What was prepared is no longer there. */
  vanished(cause: unknown): void {
    if (!this.#connected || this.#subscribing) return;
    this.#owner.lost();
    this.#become("suspect", cause);
    this.#bringUp();
  }

  /** Somebody has met a cut. If the client tells of none, all is subscribed anew soon. */
  doubt(): void {
    this.#doubtful = this.#connected;
  }

  /** Half a canary's period is over. */
  look(): void {
    if (!this.#connected) {
      // Not all clients do so by themselves, if somebody takes their connection and never answers.
      if (++this.#away % LONG_AWAY === 0) this.#engine.reconnect?.();
      return;
    }
    if (this.#subscribing) return;
    if (this.#doubtful) return void this.#bringUp();
    switch (this.#canary.step()) {
      case "wait":
        // Nothing is on its way: an attempt has failed before its canary.
        if (this.#state === "suspect") this.#bringUp();
        return;
      case "send":
        return this.#sendCanary();
      case "alarm": {
        const { name } = this.#engine;
        const cause = new Error(`Messages to ${name} are taken, but do not come back`);
        this.#owner.lost();
        this.#become("suspect", cause);
        this.#engine.reconnect?.();
        this.#bringUp();
      }
    }
  }

  /** Whether what came back under our id is a canary of ours. */
  came({ kind, data, sequence }: Envelope): boolean {
    if (kind !== "canary" || data !== this.#nonce || !this.#canary.came(sequence)) return false;
    if (this.#canary.back) this.#canaryBack?.resolve();
    return true;
  }

  /** From now on nobody is told anything. */
  close(): void {
    this.#closed = true;
    this.#attempt++;
  }

  /** Nothing is on its way any more. */
  end(): void {
    this.#state = "down";
  }

  /** Subscribes to everything that is wanted, and waits until messages are seen to come back. */
  async #bringUp(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#canary.reset();
    this.#subscribing = true;
    this.#doubtful = false;
    try {
      await this.#owner.prepare?.();
      if (attempt !== this.#attempt) return;
      await this.#wishes.all([this.channel]);
      // Clients may name topics: one that is refused must not keep the process off its engine.
      const refused = (channel: string, error: unknown) => this.#owner.refused(channel, error);
      await this.#wishes.most([...this.#owner.wanted()], refused);
      if (attempt !== this.#attempt) return;
      this.#subscribing = false;
      this.#canaryBack = new Deferred();
      this.#sendCanary();
      await this.#canaryBack.promise;
      if (attempt !== this.#attempt) return;
      this.#become("up");
      this.#owner.up();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // The next look tries again.
      this.#subscribing = false;
      this.#become("suspect", error);
    }
  }

  #become(state: TopicsState, cause?: unknown): void {
    if (state === this.#state || this.#closed) return;
    this.#state = state;
    this.#owner.state(state, cause);
  }

  #sendCanary(): void {
    const packet = encode({
      kind: "canary",
      publisher: this.#id,
      sequence: this.#canary.next(),
      restarted: false,
      origin: "",
      data: this.#nonce,
    });
    // Whether it comes back is what counts.
    this.#engine.publish(this.channel, packet).catch(() => {});
  }
}
