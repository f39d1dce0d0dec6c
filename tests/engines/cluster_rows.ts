/** What can go wrong with a cluster, by the rows of the table in docs/scale-out.md. */
import { assert } from "@std/assert";
import type { NatsCluster } from "../support/nats_cluster.ts";
import type { ProcessServer } from "../support/process_server.ts";
import type { ClusterOptions, RedisCluster } from "../support/redis_cluster.ts";
import type { Env } from "../support/server.ts";

/** What becomes of the topics that were hit. */
export interface Outcome {
  /** The cause of the gap that is told; `""` for none. */
  readonly told: string;
  readonly lost: "nothing" | "what was said meanwhile" | "what was not copied yet";
  /** Milliseconds after which messages flow again, at most. */
  readonly within: number;
}

/** Something that goes wrong. */
export interface Fault<Cluster> {
  readonly title: string;
  readonly live?: Outcome;
  readonly replay?: Outcome;
  readonly cluster?: ClusterOptions;
  readonly env?: Env;
  /** Does it, and mends what somebody has to mend. Returns from when on it may be well again. */
  strike(
    cluster: Cluster,
    topic: string,
    servers: readonly [ProcessServer, ProcessServer],
  ): Promise<number>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a process says that it is not up. */
async function notUp(server: ProcessServer, ups: number): Promise<void> {
  const states = () => server.all({ on: "state" });
  for (let i = 0; states().length === ups && states().at(-1)?.state === "up"; i++) {
    assert(i < 400, "up all the time, for 20 s");
    await sleep(50);
  }
}

/** Does something, and waits until both processes have noticed. */
async function noticed(
  servers: readonly ProcessServer[],
  task: () => Promise<unknown> | void,
): Promise<void> {
  const ups = servers.map((server) => server.all({ on: "state" }).length);
  await task();
  await Promise.all(servers.map((server, i) => notUp(server, ups[i]!)));
}

export const REDIS_FAULTS: readonly Fault<RedisCluster>[] = [
  {
    title: "a master is killed, and its replica takes over",
    cluster: { replicas: true },
    live: { told: "engine-reconnect", lost: "what was said meanwhile", within: 10_000 },
    replay: { told: "epoch", lost: "what was not copied yet", within: 10_000 },
    async strike(cluster, topic, servers) {
      const master = await cluster.ownerOf(topic);
      const began = Date.now();
      await noticed(servers, () => master.kill());
      return began;
    },
  },
  {
    title: "a master stands still, its replica takes over, and it goes on as a replica",
    cluster: { replicas: true },
    live: { told: "engine-reconnect", lost: "what was said meanwhile", within: 15_000 },
    replay: { told: "epoch", lost: "what was not copied yet", within: 15_000 },
    async strike(cluster, topic, servers) {
      const master = await cluster.ownerOf(topic);
      const began = Date.now();
      await noticed(servers, () => master.pause());
      for (let i = 0; await cluster.ownerOf(topic) === master; i++) {
        assert(i < 40, "nobody takes over");
        await sleep(100);
      }
      master.resume();
      return began;
    },
  },
  {
    title: "a master without a replica is killed, and comes back",
    live: { told: "engine-reconnect", lost: "what was said meanwhile", within: 5_000 },
    replay: { told: "epoch", lost: "what was not copied yet", within: 10_000 },
    async strike(cluster, topic, servers) {
      const master = await cluster.ownerOf(topic);
      await noticed(servers, () => master.kill());
      await sleep(500);
      const began = Date.now();
      await master.start();
      return began;
    },
  },
  {
    title: "a slot moves to another master",
    live: { told: "engine-reconnect", lost: "what was said meanwhile", within: 5_000 },
    replay: { told: "epoch", lost: "what was said meanwhile", within: 5_000 },
    async strike(cluster, topic) {
      await cluster.move(topic, () => sleep(300));
      return Date.now();
    },
  },
  {
    title: "a slot moves to another master, with `durable`",
    env: { DURABLE: "1" },
    replay: { told: "", lost: "nothing", within: 5_000 },
    async strike(cluster, topic) {
      await cluster.move(topic, () => sleep(300));
      return Date.now();
    },
  },
  {
    title: "nobody serves a slot, then somebody does again",
    live: { told: "engine-reconnect", lost: "what was said meanwhile", within: 6_000 },
    replay: { told: "", lost: "nothing", within: 6_000 },
    async strike(cluster, topic, servers) {
      let back = async () => {};
      await noticed(servers, async () => {
        back = await cluster.orphan(topic);
      });
      const began = Date.now();
      await back();
      return began;
    },
  },
];

export const NATS_FAULTS: readonly Fault<NatsCluster>[] = [
  {
    title: "the leader is killed, and comes back",
    // An election takes up to nine seconds, and may have to be held twice.
    replay: { told: "", lost: "nothing", within: 25_000 },
    async strike(cluster) {
      const leader = await cluster.leader();
      const began = Date.now();
      await leader.kill();
      await sleep(3_000);
      await leader.start();
      return began;
    },
  },
  {
    title: "a server stands still, and goes on",
    replay: { told: "", lost: "nothing", within: 25_000 },
    async strike(cluster) {
      const leader = await cluster.leader();
      const began = Date.now();
      leader.pause();
      await sleep(8_000);
      leader.resume();
      return began;
    },
  },
  {
    title: "all servers are restarted, one after the other",
    replay: { told: "", lost: "nothing", within: 20_000 },
    async strike(cluster) {
      for (const engine of cluster.engines) {
        await engine.kill();
        await engine.start();
        await cluster.ready();
      }
      return Date.now();
    },
  },
];
