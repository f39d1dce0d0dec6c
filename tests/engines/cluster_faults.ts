/** What goes wrong with clusters of engines, what is told of it, and what is lost. */
import { assert, assertEquals } from "@std/assert";
import type { ClientName } from "../fixtures/engine_clients.ts";
import { ClusterFire } from "../support/cluster_fire.ts";
import { hasEngine } from "../support/engines.ts";
import { NatsCluster } from "../support/nats_cluster.ts";
import { ProcessServer } from "../support/process_server.ts";
import { type ClusterOptions, RedisCluster } from "../support/redis_cluster.ts";
import type { WireRuntime } from "../support/runtimes.ts";
import type { Env } from "../support/server.ts";
import { type Fault, NATS_FAULTS, type Outcome, REDIS_FAULTS } from "./cluster_rows.ts";

const SCRIPT = new URL("../fixtures/engine_server.ts", import.meta.url);

/** One row: a client, a mode, and the runtimes of two processes. */
export interface ClusterRow {
  readonly client: ClientName;
  readonly mode: "live" | "replay";
  readonly pair: readonly [WireRuntime, WireRuntime];
  /** The faults that it is tried with; all of them by default. */
  readonly faults?: readonly string[];
}

/** Two processes, and the cluster between them. */
export interface ClusterStage<Cluster extends RedisCluster | NatsCluster> extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly servers: readonly [ProcessServer, ProcessServer];
}

/** Starts both processes over a cluster. */
export async function clusterStage<Cluster extends RedisCluster | NatsCluster>(
  row: ClusterRow,
  cluster: Cluster,
  env: Env = {},
): Promise<ClusterStage<Cluster>> {
  // More than is said while somebody is away: whoever misses more than is kept is told.
  const replay = { mode: "replay", history: { count: 10_000 } };
  const TOPICS = JSON.stringify(row.mode === "replay" ? replay : {});
  const all = { CLIENT: row.client, ENGINE_PORT: cluster.ports, TOPICS, ...env };
  const start = ({ command }: WireRuntime) => ProcessServer.start({ command }, all, SCRIPT);
  const [a, b] = await Promise.all([start(row.pair[0]), start(row.pair[1])]);
  await Promise.all([a, b].map((server) => server.until({ on: "state", state: "up" })));
  return {
    cluster,
    servers: [a, b],
    async [Symbol.asyncDispose]() {
      await Promise.all([a, b].map((server) => server[Symbol.asyncDispose]()));
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** No process has ended, none has let a rejection pass, and none has written to its console. */
export function unharmed({ servers }: { readonly servers: readonly ProcessServer[] }): void {
  for (const server of servers) {
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  }
}

/** Registers a case for a row. */
export function clusterTest(
  { client, mode, pair: [one, other] }: ClusterRow,
  title: string,
  fn: () => Promise<void>,
): void {
  const engine = client === "nats" ? "nats" : "redis";
  const needs = hasEngine(engine) ? "" : ` [needs ${engine}-server]`;
  const name = `${one.name}: ${mode}, ${client}, with ${other.name}: ${title}${needs}`;
  Deno.test({ name, ignore: needs !== "", fn });
}

/** What was hit is told as it should be, and the rest has noticed nothing. */
async function judge(
  { told, lost, within }: Outcome,
  fire: ClusterFire,
  hit: string | undefined,
  back: number,
): Promise<void> {
  for (const { topic, failed, told: gaps } of await fire.stop()) {
    if (hit !== undefined && topic !== hit) {
      assertEquals([topic, gaps, [...failed]], [topic, ["", ""], []]);
      continue;
    }
    // What a process did not get out, or lost, is told of by others in mode live.
    for (const causes of gaps) {
      const [first = ""] = causes.split(",").filter((cause) => cause !== "sequence");
      assertEquals(first, told, `${topic}: ${causes}`);
    }
    if (lost === "nothing") assertEquals(gaps, ["", ""]);
  }
  assert(back <= within, `back after ${back} ms`);
}

/** The faults of a cluster of Redis, for one row. */
export function redisFaults(row: ClusterRow): void {
  for (const fault of chosen(row, REDIS_FAULTS)) {
    const outcome = fault[row.mode];
    if (outcome === undefined) continue;
    clusterTest(row, fault.title, async () => {
      const options: ClusterOptions = fault.cluster ?? {};
      await using s = await clusterStage(row, await RedisCluster.create(options), fault.env);
      const topics = await s.cluster.topics();
      const fire = await ClusterFire.start(s.servers, topics);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const [hit = ""] = topics;
      const began = await fault.strike(s.cluster, hit, s.servers);
      await fire.flows(hit);
      for (const server of s.servers) await isUp(server);
      const back = Date.now() - began;
      console.log(`    ${row.mode}, ${row.client}: ${fault.title}: back after ${back} ms`);
      await judge(outcome, fire, hit, back);
      unharmed(s);
    });
  }
}

/** The faults of a cluster of NATS, for one row. */
export function natsFaults(row: ClusterRow): void {
  for (const fault of chosen(row, NATS_FAULTS)) {
    const outcome = fault[row.mode];
    if (outcome === undefined) continue;
    clusterTest(row, fault.title, async () => {
      const env = { REPLICAS: "3", ...fault.env };
      await using s = await clusterStage(row, await NatsCluster.create(), env);
      const topics = ["room"];
      const fire = await ClusterFire.start(s.servers, topics);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const began = await fault.strike(s.cluster, "", s.servers);
      for (const topic of topics) await fire.flows(topic);
      for (const server of s.servers) await isUp(server);
      const back = Date.now() - began;
      console.log(`    ${row.mode}, ${row.client}: ${fault.title}: back after ${back} ms`);
      await judge(outcome, fire, undefined, back);
      unharmed(s);
    });
  }
}

function chosen<Cluster>(row: ClusterRow, faults: readonly Fault<Cluster>[]): Fault<Cluster>[] {
  return faults.filter(({ title }) => row.faults?.includes(title) ?? true);
}

/** Waits until a process says that it is up. */
export async function isUp(server: ProcessServer): Promise<void> {
  for (let i = 0; server.all({ on: "state" }).at(-1)?.state !== "up"; i++) {
    assert(i < 800, "not up after 40 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
