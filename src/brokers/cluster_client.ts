import type { Address, View } from "./cluster_map.ts";
import type { Packet } from "./envelope.ts";
import type { Reply } from "./redis_channel.ts";

/** What two connections to one node of a cluster tell. */
export interface NodeListener {
  /** Both are there, once. */
  ready(): void;
  /** One of them is not, or no longer, once: neither is used any more. */
  gone(cause: unknown): void;
  /** A message came on a channel. */
  message(channel: string, bytes: Uint8Array): void;
  /** The node has ended subscriptions by itself, because their slot is not there any more. */
  moved(): void;
}

/** Two connections to one node, one of which listens. They do not come back by themselves. */
export interface NodeLink {
  /** `SPUBLISH`. */
  publish(channel: string, packet: Packet): Promise<unknown>;
  /** Any command. Those that are given in one turn stay next to each other. */
  command(args: readonly Packet[]): Promise<Reply>;
  /** `SSUBSCRIBE`, one by one: a command may name channels of one slot only. */
  subscribe(channels: readonly string[]): Promise<unknown>;
  /** `SUNSUBSCRIBE`. */
  unsubscribe(channels: readonly string[]): Promise<unknown>;
  /** Closes both, and tells nothing any more. */
  close(): void;
}

/** Somebody who may say what the cluster looks like. */
export interface Asked {
  /** Rejects if it cannot. */
  ask(): Promise<View>;
}

/** The client of a cluster that the user brings: it knows how its nodes are reached. */
export interface ClusterClient {
  /** Begins, once: `failed` is told what the client says. */
  start(failed: (error: unknown) => void): void;
  /** Nodes that the client itself knows. Rejects if it cannot connect to any. */
  seeds(): Promise<readonly Asked[]>;
  /**
   * Opens connections of our own, set up as those of the client are.
   *
   * @throws {Error} If the client has not been connected yet.
   */
  open(address: Address, listener: NodeListener): NodeLink;
}
