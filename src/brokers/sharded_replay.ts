import type { Page, ReplayPort } from "./port.ts";
import type { Position } from "./published.ts";
import { ShardedRelay, type ShardPort } from "./sharded_relay.ts";

/** The port over one shard, with histories: a topic goes on there where it was at another one. */
export type ReplayShardPort = ShardPort & Omit<ReplayPort, "subscribe">;

/** The same with histories: a topic that moves goes on at its new shard where it was at the old one. */
export class ShardedReplay extends ShardedRelay<ReplayShardPort> implements ReplayPort {
  override subscribe(topic: string): Promise<void> {
    return super.subscribe(topic)!;
  }

  position(topic: string): Position | undefined {
    const lane = this.laneOf(topic);
    return lane && this.positionAt(lane.port, topic);
  }

  protected override positionAt(port: ReplayShardPort, topic: string): Position | undefined {
    return port.position(topic);
  }

  read(topic: string, after: Position, limit: number): Page | Promise<Page> {
    const lane = this.laneOf(topic);
    if (lane === undefined) return Promise.reject(new Error("Nobody serves its slot"));
    const page = lane.port.read(topic, after, limit);
    if (!(page instanceof Promise)) return page;
    return page.catch((error) => {
      // It is read where it has gone to meanwhile.
      if (lane === this.laneOf(topic)) throw error;
      return this.read(topic, after, limit);
    });
  }
}
