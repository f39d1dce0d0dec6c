import type { Engine, EngineListener } from "./engine.ts";
import type { Packet } from "./envelope.ts";
import type { HistoryEngine, HistoryListener } from "./history_engine.ts";

/**
 * The engine of a history once more, for a broker without one beside it: they share the client, and
 * each knows its own channels.
 */
export class BesideEngine implements Engine {
  readonly #engine: HistoryEngine;
  #listener: EngineListener | undefined;

  constructor(engine: HistoryEngine) {
    this.#engine = engine;
  }

  /** What the engine is to tell, so that both hear it. Faults are told once, by the other one. */
  around(listener: HistoryListener): HistoryListener {
    return {
      connected: () => {
        listener.connected();
        this.#listener?.connected();
      },
      disconnected: (cause) => {
        listener.disconnected(cause);
        this.#listener?.disconnected(cause);
      },
      message: (channel, bytes) => {
        listener.message(channel, bytes);
        this.#listener?.message(channel, bytes);
      },
      recorded: (channel, entry) => listener.recorded(channel, entry),
      vanished: (cause) => listener.vanished(cause),
      error: (error) => listener.error(error),
    };
  }

  get name(): string {
    return this.#engine.name;
  }

  get maxPayload(): number {
    return this.#engine.maxPayload;
  }

  channel(kind: "topic" | "canary", name: string): string {
    return this.#engine.channel(kind, name);
  }

  start(listener: EngineListener): void {
    this.#listener = listener;
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

  /** Listens no more. The client is let go of by the other one. */
  close(): void {
    this.#listener = undefined;
  }
}
