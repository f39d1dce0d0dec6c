import type { Clock } from "../base/clock.ts";
import type { BrokerPorts } from "./broker.ts";
import type { ClusterClient } from "./cluster_client.ts";
import { HEADER } from "./envelope.ts";
import type { HistoryLimits } from "./history.ts";
import type { HistoryEngine } from "./history_engine.ts";
import { RECORD_HEADER } from "./record.ts";
import { MAX_PAYLOAD } from "./redis_channel.ts";
import { Relay } from "./relay.ts";
import { ReplayRelay } from "./replay_relay.ts";
import type { Shard } from "./shard.ts";
import { ShardedRelay } from "./sharded_relay.ts";
import { ShardedReplay } from "./sharded_replay.ts";

/** What the ports over a cluster are made of. */
export interface ClusterParts {
  /** Another one for each port, over the same client of the user. */
  readonly client: () => ClusterClient;
  readonly prefix: string;
  readonly clock: Clock;
  /** The history of one shard. */
  readonly history: (shard: Shard, limits: HistoryLimits) => HistoryEngine;
}

/** The ports of a broker over a cluster: a relay for each shard, with or without a history. */
export function clusterPorts({ client, history, ...shared }: ClusterParts): BrokerPorts {
  const { clock } = shared;
  return {
    maxPayload: MAX_PAYLOAD - HEADER,
    live: () =>
      new ShardedRelay({
        ...shared,
        client: client(),
        header: HEADER,
        waits: false,
        make: (shard) => new Relay(shard, clock),
      }),
    replay: (limits) =>
      new ShardedReplay({
        ...shared,
        client: client(),
        header: RECORD_HEADER,
        waits: true,
        make: (shard) => new ReplayRelay(history(shard, limits), clock),
      }),
  };
}
