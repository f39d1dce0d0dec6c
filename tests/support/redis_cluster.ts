import { assert } from "@std/assert";
import { ClusterMap } from "../../src/brokers/cluster_map.ts";
import { hashSlot, SLOTS } from "../../src/brokers/hash_slot.ts";
import { TestEngine } from "./engines.ts";
import { freePort } from "./port.ts";

/** Masters, and replicas of each. */
const MASTERS = 3;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a test decides on its cluster. */
export interface ClusterOptions {
  /** Whether each master has a replica. */
  readonly replicas?: boolean;
  /** Whether nothing works as soon as one slot is not served, which is Redis's default. */
  readonly fullCoverage?: boolean;
}

/** A node of the cluster. */
interface Member {
  readonly engine: TestEngine;
  readonly id: string;
}

/** What makes a node one of a cluster. */
function nodeArgs({ fullCoverage = false }: ClusterOptions): string[] {
  return [
    ...["--cluster-enabled", "yes", "--cluster-port", `${freePort()}`],
    ...["--cluster-node-timeout", "2000", "--cluster-replica-validity-factor", "0"],
    ...["--cluster-require-full-coverage", fullCoverage ? "yes" : "no"],
    // One that is alone does not know it.
    ...["--repl-diskless-sync-delay", "0", "--cluster-announce-ip", "127.0.0.1"],
  ];
}

/** A cluster of one node, which is ready in a moment. */
export async function clusterOfOne(): Promise<TestEngine> {
  const engine = await TestEngine.create("redis", { args: nodeArgs({}) });
  await engine.redis("CLUSTER", "ADDSLOTSRANGE", "0", `${SLOTS - 1}`);
  for (let tries = 0; !(await engine.redis("CLUSTER", "INFO")).includes("state:ok"); tries++) {
    assert(tries < 400, "not well");
    await sleep(25);
  }
  return engine;
}

/** Three masters of Redis, with or without replicas, as processes of our own. */
export class RedisCluster implements AsyncDisposable {
  readonly #members: readonly Member[];

  private constructor(members: readonly Member[]) {
    this.#members = members;
  }

  /** One all of whose nodes know of each other, and of who serves what. */
  static async create(options: ClusterOptions = {}): Promise<RedisCluster> {
    const count = options.replicas ? 2 * MASTERS : MASTERS;
    const members = await Promise.all(Array.from({ length: count }, async () => {
      const engine = await TestEngine.create("redis", { args: nodeArgs(options) });
      const [, id = ""] = (await engine.redis("CLUSTER", "MYID")).split("\r\n");
      return { engine, id };
    }));
    const cluster = new RedisCluster(members);
    try {
      await cluster.#join();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #join(): Promise<void> {
    const all = this.#members;
    for (const [i, { engine }] of all.entries()) {
      await engine.redis("CLUSTER", "SET-CONFIG-EPOCH", `${i + 1}`);
      for (const other of all.slice(0, i)) {
        const bus = await busOf(other.engine);
        await engine.redis("CLUSTER", "MEET", "127.0.0.1", `${other.engine.port}`, bus);
      }
    }
    const each = SLOTS / MASTERS;
    for (const [i, { engine }] of all.slice(0, MASTERS).entries()) {
      const [from, to] = [Math.ceil(i * each), Math.ceil((i + 1) * each) - 1];
      await engine.redis("CLUSTER", "ADDSLOTSRANGE", `${from}`, `${to}`);
    }
    const until = async (what: string, isSo: (text: string) => boolean) => {
      for (let tries = 0;; tries++) {
        const views = await Promise.all(
          all.map(({ engine }) => engine.redis("CLUSTER", "NODES")),
        );
        if (views.every(isSo)) return;
        assert(tries < 400, `expected ${what}, got ${views[0]}`);
        await sleep(25);
      }
    };
    const linesOf = (text: string) => text.split("\n").filter((line) => /^\w{40} /.test(line));
    await until("nodes that know of each other", (text) => {
      const lines = linesOf(text);
      return lines.length === all.length && lines.every((line) => !line.includes("handshake"));
    });
    for (const [i, { engine }] of all.entries()) {
      if (i < MASTERS) continue;
      // It may not have heard of its master's slots yet.
      const answer = await engine.redis("CLUSTER", "REPLICATE", all[i - MASTERS]!.id);
      assert(answer.startsWith("+OK"), answer);
    }
    await until("nodes of one mind", (text) => {
      const slaves = linesOf(text).filter((line) => /\bslave\b/.test(line)).length;
      return mapIn(text).served === SLOTS && slaves === all.length - MASTERS;
    });
    for (const { engine } of all) {
      const isWell = async () => {
        const isOk = (await engine.redis("CLUSTER", "INFO")).includes("cluster_state:ok");
        const info = await engine.redis("INFO", "replication");
        return isOk && (info.includes("role:master") || info.includes("master_link_status:up"));
      };
      for (let tries = 0; !await isWell(); tries++) {
        assert(tries < 400, "not well");
        await sleep(25);
      }
    }
  }

  /** The ports of all nodes, as the fixture takes them. */
  get ports(): string {
    return this.#members.map(({ engine }) => engine.port).join();
  }

  /** All nodes. */
  get engines(): TestEngine[] {
    return this.#members.map(({ engine }) => engine);
  }

  /** Who serves a topic now, as one that runs says it. */
  async ownerOf(topic: string): Promise<TestEngine> {
    return (await this.#ownerAt(slotOf(topic))).engine;
  }

  async #ownerAt(slot: number): Promise<Member> {
    const claims = await Promise.all(this.#members.map(async ({ engine }) => {
      const text = await Promise.race([
        engine.redis("CLUSTER", "NODES").catch(() => ""),
        sleep(500).then(() => ""),
      ]);
      return { host: "127.0.0.1", text };
    }));
    const id = ClusterMap.of(claims).ownerOf(slot)?.id;
    const owner = this.#members.find((member) => member.id === id);
    assert(owner !== undefined, `nobody serves slot ${slot}`);
    return owner;
  }

  /** Names of topics, one at each master, in the order of the masters. */
  async topics(prefix = "room"): Promise<string[]> {
    const found = new Map<TestEngine, string>();
    for (let i = 0; found.size < MASTERS; i++) {
      const topic = `${prefix} ${i}`;
      const owner = await this.ownerOf(topic);
      if (!found.has(owner)) found.set(owner, topic);
    }
    return this.engines.flatMap((engine) => found.get(engine) ?? []);
  }

  /**
   * Moves the slot of a topic to another master, with all that is in it, as `redis-cli --cluster reshard`
   * does. Returns the new one.
   *
   * @param between Called while part of it is here and part of it there.
   */
  async move(topic: string, between: () => Promise<unknown> = async () => {}): Promise<TestEngine> {
    const slot = slotOf(topic);
    const from = await this.#ownerAt(slot);
    const to = this.#members.slice(0, MASTERS).find((member) => member !== from)!;
    await to.engine.redis("CLUSTER", "SETSLOT", `${slot}`, "IMPORTING", from.id);
    await from.engine.redis("CLUSTER", "SETSLOT", `${slot}`, "MIGRATING", to.id);
    const isBulk = (line: string) => line !== "" && !/^[*$]/.test(line);
    for (let first = true;; first = false) {
      const answer = await from.engine.redis("CLUSTER", "GETKEYSINSLOT", `${slot}`, "10");
      const keys = answer.split("\r\n").filter(isBulk);
      if (keys.length === 0 && !first) break;
      for (const key of keys) {
        const address = ["127.0.0.1", `${to.engine.port}`, key, "0", "5000"];
        const answer = await from.engine.redis("MIGRATE", ...address);
        assert(/^\+(OK|NOKEY)/.test(answer), answer);
      }
      if (first) await between();
    }
    for (const { engine } of [to, from, ...this.#members.slice(0, MASTERS)]) {
      await engine.redis("CLUSTER", "SETSLOT", `${slot}`, "NODE", to.id);
    }
    return to.engine;
  }

  /** From now on nobody serves the slot of a topic; returns what has it served again. */
  async orphan(topic: string): Promise<() => Promise<void>> {
    const slot = `${slotOf(topic)}`;
    const { engine } = await this.#ownerAt(Number(slot));
    for (const other of this.engines) await other.redis("CLUSTER", "DELSLOTS", slot);
    return async () => void await engine.redis("CLUSTER", "ADDSLOTS", slot);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine[Symbol.asyncDispose]()));
  }
}

async function busOf(engine: TestEngine): Promise<string> {
  return (await engine.redis("CONFIG", "GET", "cluster-port")).split("\r\n")[4]!;
}

function mapIn(text: string): ClusterMap {
  return ClusterMap.of([{ host: "127.0.0.1", text }]);
}

function slotOf(topic: string): number {
  return hashSlot(`{${topic}}`);
}
