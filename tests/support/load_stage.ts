import { assertEquals } from "@std/assert";
import { ClusterMap } from "../../src/brokers/cluster_map.ts";
import { hashSlot } from "../../src/brokers/hash_slot.ts";
import type { Dialled } from "../fixtures/crowd.ts";
import type { Counts } from "./account.ts";
import type { TestEngine } from "./engines.ts";
import { order } from "./orders.ts";
import { ProcessServer } from "./process_server.ts";
import type { RedisCluster } from "./redis_cluster.ts";
import { bun, type WireRuntime } from "./runtimes.ts";

const SERVER = new URL("../fixtures/load_server.ts", import.meta.url);
const CROWD = new URL("../fixtures/crowd.ts", import.meta.url);

/** Open files that each process may have, and clients that connect at the same time. */
const OPEN_FILES = 12_000;
const ABREAST = 200;

/** Milliseconds that thousands of clients may take to connect. */
const PATIENCE = 60_000;

/** Milliseconds between two looks at how many have something. */
const LOOK = 100;

/** Many files are more than a shell allows by default. */
const manyFiles = ["sh", "-c", `ulimit -n ${OPEN_FILES} && exec "$0" "$@"`];

/** A process under load over a cluster, which publishes under the name of its side. */
export async function loadServer(
  { command }: WireRuntime,
  side: "x" | "y",
  cluster: RedisCluster,
): Promise<ProcessServer> {
  const env = { CLIENT: "node-redis cluster", ENGINE_PORT: cluster.ports, SIDE: side };
  const server = await ProcessServer.start({ command: [...manyFiles, ...command] }, env, SERVER);
  await server.until({ on: "state", all: "up,up" });
  return server;
}

/** Thousands of clients in a process of their own. */
export class Crowd implements AsyncDisposable {
  readonly #process: ProcessServer;

  private constructor(process: ProcessServer) {
    this.#process = process;
  }

  /** One that nobody has joined yet. */
  static async start(): Promise<Crowd> {
    const command = [...manyFiles, ...bun.command];
    return new Crowd(await ProcessServer.start({ command }, {}, CROWD));
  }

  /** So many more clients connect to a server, each to one of these topics. */
  async join(server: ProcessServer, topics: readonly string[], total: number): Promise<Dialled> {
    const dial = { ports: [server.port], topics, total, abreast: ABREAST };
    const dialled = await order<Dialled>(this.#process, "join", dial, PATIENCE);
    assertEquals(dialled.answers, { "s 1": total });
    return dialled;
  }

  /** All of them connect again, half of each topic to one of these servers and half to the other. */
  comeBack(servers: readonly ProcessServer[]): Promise<Dialled> {
    const dial = { ports: servers.map(({ port }) => port), abreast: ABREAST };
    return order(this.#process, "comeBack", dial, PATIENCE);
  }

  /** What it is asked besides. */
  ask<Result>(question: "open" | "behind" | "judge", args: object = {}): Promise<Result> {
    return order(this.#process, question, args);
  }

  /** How many have not got the last message of each side, after so many milliseconds at most. */
  async behind(counts: Counts, ms: number): Promise<number> {
    for (const end = Date.now() + ms;;) {
      const behind = await this.ask<number>("behind", counts);
      if (behind === 0 || Date.now() > end) return behind;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  /** Waits until the clients have the last message of each side. */
  async upTo(counts: Counts): Promise<void> {
    assertEquals(await this.behind(counts, PATIENCE), 0, "clients without the last messages");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

/** Those of some topics that an engine serves. */
export async function servedBy(engine: TestEngine, topics: readonly string[]): Promise<string[]> {
  const text = await engine.redis("CLUSTER", "NODES");
  const map = ClusterMap.of([{ host: "127.0.0.1", text }]);
  const portOf = (topic: string) => map.ownerOf(hashSlot(`{${topic}}`))?.port;
  return topics.filter((topic) => portOf(topic) === engine.port);
}
