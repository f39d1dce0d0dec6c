import type { Engine, EngineListener } from "../../src/brokers/engine.ts";
import type { Packet } from "../../src/brokers/envelope.ts";

/** What a packet is on the wire. */
export function bytesOf(packet: Packet): Uint8Array<ArrayBuffer> {
  return typeof packet === "string" ? new TextEncoder().encode(packet) : packet;
}

/** An engine in this process, whose clients do as tests say. */
export class FakeEngine implements Engine {
  readonly name = "redis";
  readonly maxPayload: number = 1_000;
  /** Where all that are connected meet. */
  readonly #hub: Set<FakeEngine>;
  readonly subscribed = new Set<string>();
  readonly sent: { channel: string; packet: Packet }[] = [];
  /** Whether what is published arrives anywhere. */
  deaf = false;
  /** Whether the engine answers nothing any more. */
  silent = false;
  /** What it says of a subscription. */
  refusal: Error | undefined;
  /** Channels that it refuses. */
  readonly refused = new Set<string>();
  reconnects = 0;
  listener!: EngineListener;

  constructor(hub: Set<FakeEngine> = new Set()) {
    this.#hub = hub;
    hub.add(this);
  }

  channel(kind: "topic" | "canary", name: string): string {
    return `${kind}:${name}`;
  }

  start(listener: EngineListener): void {
    this.listener = listener;
  }

  publish(channel: string, packet: Packet): Promise<unknown> {
    this.sent.push({ channel, packet });
    const bytes = bytesOf(packet);
    if (this.silent) return new Promise(() => {});
    for (const engine of this.#hub) {
      if (!this.deaf && !engine.deaf && engine.subscribed.has(channel)) {
        engine.listener.message(channel, bytes);
      }
    }
    return Promise.resolve();
  }

  refuses(error: unknown): error is Error {
    return error instanceof Error && /perm/i.test(error.message);
  }

  subscribe(channels: readonly string[]): Promise<unknown> {
    if (this.silent) return new Promise(() => {});
    if (this.refusal) return Promise.reject(this.refusal);
    const refused = channels.find((channel) => this.refused.has(channel));
    if (refused !== undefined) return Promise.reject(new Error(`no permission for ${refused}`));
    for (const channel of channels) this.subscribed.add(channel);
    return Promise.resolve();
  }

  /** Takes its time, as clients do: a channel that is asked for meanwhile is gone all the same. */
  async unsubscribe(channels: readonly string[]): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve));
    for (const channel of channels) this.subscribed.delete(channel);
    return undefined;
  }

  reconnect(): void {
    this.reconnects++;
  }

  close(): void {}
}
