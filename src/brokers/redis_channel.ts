import type { Engine } from "./engine.ts";
import type { Packet } from "./envelope.ts";

/** Makes a `Buffer` of bytes, without copying them. */
export type AsBuffer = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

/**
 * Bytes of one message: Redis cuts a subscriber for whom 32 MiB wait, or 8 MiB for a minute
 * (`client-output-buffer-limit pubsub`).
 */
export const MAX_PAYLOAD: number = 8 * 1024 * 1024;

/** The channel of a name. Redis takes any bytes. */
export function redisChannel(prefix: string, kind: "topic" | "canary", name: string): string {
  return `${prefix}:${kind === "topic" ? "t" : "c"}:${name}`;
}

/** What Redis answers, with texts as bytes, in a `Buffer` that knows how to become a string. */
export type Reply = Uint8Array | string | number | null | readonly Reply[];

/** Redis by clients of either kind. */
export interface RedisEngine extends Engine {
  readonly name: "redis";
  /** Whether it is one of several: its channels are in slots, as its keys are. */
  readonly sharded?: boolean;
  /** Any command, over the publisher. */
  command(args: readonly Packet[]): Promise<Reply>;
}

/** Whether Redis itself says so: its errors begin with a code, such as `NOPERM`. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][A-Z0-9]+ /.test(error.message);
}

/** A topic's name as a hash tag, which alone decides in which slot of a cluster it is. */
export function tagOf(topic: string): string {
  // What clients name is the only thing between the braces.
  return topic.replaceAll(/[%{}]/g, encodeURIComponent);
}
