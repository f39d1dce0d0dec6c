import { assert, assertEquals } from "@std/assert";
import { clusterPorts } from "../../src/brokers/cluster_ports.ts";
import { HEADER } from "../../src/brokers/envelope.ts";
import type { HistoryLimits } from "../../src/brokers/history.ts";
import type { BrokerPort } from "../../src/brokers/port.ts";
import { MAX_PAYLOAD } from "../../src/brokers/redis_channel.ts";
import { ShardedRelay } from "../../src/brokers/sharded_relay.ts";
import { ShardedReplay } from "../../src/brokers/sharded_replay.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeCluster } from "../support/fake_cluster.ts";
import { FakeHistory } from "../support/fake_history.ts";
import { nextTurn } from "../support/memory.ts";

/** The ports over a cluster, the clients that they have, and what histories were asked for. */
function setUp() {
  const clients: FakeCluster[] = [];
  const asked: HistoryLimits[] = [];
  const ports = clusterPorts({
    client() {
      clients.push(new FakeCluster());
      return clients.at(-1)!;
    },
    prefix: "test",
    clock: new FakeClock(),
    history(_shard, limits) {
      asked.push(limits);
      return new FakeHistory();
    },
  });
  return { ports, clients, asked };
}

/** Starts a port over a cluster with one master: whether whoever subscribes waits for that. */
async function begin(port: BrokerPort, client: FakeCluster): Promise<boolean> {
  client.serve([7000, "0-16383"]);
  port.start({ deliver() {}, state() {}, gap() {}, error() {} });
  const waits = port.subscribe("room") !== undefined;
  await nextTurn();
  return waits;
}

Deno.test("each port has a client of its own, and a relay for each shard", async () => {
  const { ports, clients, asked } = setUp();
  const live = ports.live();
  assert(live instanceof ShardedRelay && !(live instanceof ShardedReplay));
  assertEquals(await begin(live, clients[0]!), false);
  assertEquals([clients[0]!.links.length, asked], [1, []]);
  const limits = { count: 1, bytes: 2, age: 3 };
  const replay = ports.replay(limits);
  assert(replay instanceof ShardedReplay);
  assertEquals(await begin(replay, clients[1]!), true);
  assertEquals([clients.length, asked], [2, [limits]]);
  await live.close();
  await replay.close();
});

Deno.test("what goes before a message is no part of what it may have", () => {
  assertEquals(setUp().ports.maxPayload, MAX_PAYLOAD - HEADER);
});
