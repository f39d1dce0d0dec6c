import type { Packet } from "./envelope.ts";

/** What an engine says of a message; `""` for what it does not say. */
export interface MessageHeaders {
  /** The value of a header. */
  get(name: string): string;
}

/** What the client of an engine tells. */
export interface EngineListener {
  /** It can publish and subscribe, after the first connection as after every later one. */
  connected(): void;
  /** It is cut off: what was under way is lost, and whatever is published meanwhile. */
  disconnected(cause?: unknown): void;
  /** A message came on a channel, with what the engine says of it. */
  message(channel: string, bytes: Uint8Array, headers?: MessageHeaders): void;
  /** Something is wrong. */
  error(error: unknown): void;
}

/**
 * The port of an engine: its client, which the user brings, in words that all of them share. None of
 * its promises is trusted to settle.
 */
export interface Engine {
  /** For messages: `redis` or `nats`. */
  readonly name: string;
  /** Bytes that one message on a channel may have. */
  readonly maxPayload: number;
  /** The channel of a name: no two names have the same one, whatever is in them. */
  channel(kind: "topic" | "canary", name: string): string;
  /** Begins, once; tells of a connection that is there already, too. */
  start(listener: EngineListener): void;
  /** Resolves when the engine has taken it, and rejects if it has not. */
  publish(channel: string, packet: Packet): Promise<unknown>;
  /** Whether an error is the engine's answer to a subscription, not the want of an answer. */
  refuses(error: unknown): error is Error;
  /** Resolves when the engine has taken note; channels may be subscribed already. */
  subscribe(channels: readonly string[]): Promise<unknown>;
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  /** Connects anew, where the client can be asked to; also if it is trying to connect. */
  reconnect?(): void;
  /** Listens no more. The client itself goes on. */
  close(): void;
}
