/**
 * A process with 10,000 connections is killed, and all of its clients come to two others at once, with
 * their positions: what that costs the engine is counted by the engine itself, what it takes is
 * printed, and bounded by what docs/scale-out.md says.
 */
import { assert, assertEquals } from "@std/assert";
import { loadavg } from "node:os";
import type { Verdict } from "../fixtures/crowd.ts";
import type { Outcome } from "../fixtures/load_server.ts";
import { hasEngine } from "../support/engines.ts";
import { Crowd, loadServer } from "../support/load_stage.ts";
import { order, until } from "../support/orders.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { RedisCluster } from "../support/redis_cluster.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";

const CONNECTIONS = 10_000;
const TOPICS = Array.from({ length: 1_000 }, (_, i) => `kept-${i}`);

/** Messages of each topic that everybody has missed. */
const MISSED = 5;

/** Milliseconds within which everybody is back, as the page has it. */
const BACK = 30_000;

/** Milliseconds for which a process keeps what it has read, for others who come back. */
const SHARED = 5_000;

/** Milliseconds after which a process asks whether anything is new in a topic that says nothing. */
const QUIET = 20_000;

const ignore = !hasEngine("redis");
const needs = ignore ? " [needs redis-server]" : "";

/** How often the engines have been told each command, all of them together. */
async function commands({ engines }: RedisCluster): Promise<(name: string) => number> {
  const texts = await Promise.all(engines.map((engine) => engine.redis("INFO", "commandstats")));
  const countIn = (text: string, name: string) =>
    Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return (name) => texts.reduce((sum, text) => sum + countIn(text, name), 0);
}

async function publish(server: ProcessServer): Promise<Outcome> {
  const all = { topics: TOPICS, rate: 1e9, seconds: 0 };
  const outcome = await order<Outcome>(server, "publish", all);
  assertEquals(outcome.failed, []);
  return outcome;
}

function storm(dying: WireRuntime): void {
  const name =
    `${dying.name}: load: the clients of a process that is killed come back at once${needs}`;
  Deno.test({ name, ignore }, async () => {
    await using cluster = await RedisCluster.create();
    await using killed = await loadServer(dying, "x", cluster);
    await using one = await loadServer(deno, "y", cluster);
    await using other = await loadServer(bun, "y", cluster);
    await using crowd = await Crowd.start();
    await crowd.join(killed, TOPICS, CONNECTIONS);
    const { rounds: x } = await publish(killed);
    await crowd.upTo({ x, y: 0 });

    killed.signal("SIGKILL");
    await until("the end of all connections", BACK, async () => await crowd.ask("open") === 0);
    for (let i = 0; i < MISSED; i++) await publish(one);
    const before = await commands(cluster);
    const { answers, median, p99, last } = await crowd.comeBack([one, other]);
    const after = await commands(cluster);
    const [subscribed, asked, pages] = ["ssubscribe", "evalsha", "xrange"].map((name) =>
      after(name) - before(name)
    );
    // A topic is asked where it is before its history is read.
    const reads = asked! - 2 * TOPICS.length;
    console.log(
      `${CONNECTIONS} clients of ${dying.name} back after ${median} ms (median), ${p99} ms (p99),`,
      `${last} ms (all); ${TOPICS.length} topics in 2 processes: ${subscribed} subscribes,`,
      `${reads} reads of histories in ${pages} pieces; load ${loadavg()[0]!.toFixed(1)}`,
    );

    assertEquals(answers, { "s 1": CONNECTIONS });
    const { rounds: y } = await publish(one);
    assertEquals([x, y], [1, MISSED + 1]);
    await crowd.upTo({ x, y });
    const { messages, missing, told, wrong } = await crowd.ask<Verdict>("judge", { x, y });
    assertEquals([missing, told, wrong], [[], {}, []]);
    assertEquals(messages, (x + y) * CONNECTIONS);

    assertEquals(subscribed, 2 * TOPICS.length);
    // Once for each topic and process; again for those who come when what was read is kept no more.
    const often = 1 + Math.floor(last / SHARED) + Math.floor(last / QUIET);
    assert(reads >= 2 * TOPICS.length && reads <= often * 2 * TOPICS.length, `${reads} reads`);
    assert(last < BACK, `${last} ms`);
    for (const server of [one, other]) {
      assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
    }
  });
}

storm(deno);
storm(bun);
