/**
 * A storm over a cluster of Redis: 19,000 connections in two processes, 1,000 topics, half of them with
 * a history, and messages for a minute, in the middle of which a master is killed. What a client does
 * not get, it or the publisher is told of. `LOAD_SECONDS` and `LOAD_RATE` say how long, and how many
 * messages a second.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { loadavg } from "node:os";
import type { Missing, Verdict } from "../fixtures/crowd.ts";
import type { Outcome } from "../fixtures/load_server.ts";
import { hasEngine } from "../support/engines.ts";
import { Crowd, loadServer, servedBy } from "../support/load_stage.ts";
import { order, until } from "../support/orders.ts";
import { RedisCluster } from "../support/redis_cluster.ts";
import { bun, deno } from "../support/runtimes.ts";

const SECONDS = Number(Deno.env.get("LOAD_SECONDS") ?? 60);
const RATE = Number(Deno.env.get("LOAD_RATE") ?? 1_000);

const CONNECTIONS = 19_000;
const TOPICS = Array.from({ length: 1_000 }, (_, i) => `${i % 2 ? "live" : "kept"}-${i}`);

/** A rate that nobody waits for. */
const AT_ONCE = 1e9;

/** Milliseconds within which all is well after a master was killed: the page names a third of it. */
const BACK = 30_000;

/** Milliseconds within which messages are everywhere, if nothing is wrong. */
const SOON = 5_000;

const ignore = !hasEngine("redis");
const needs = ignore ? " [needs redis-server]" : "";

/** Whether all that is missing was told, or is known to its publisher not to have got out. */
function isKnown({ topic, side, first, last, told }: Missing, failed: ReadonlySet<string>) {
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return told || numbers.every((number) => failed.has(`${topic} ${side}${number}`));
}

const deliveries = (missing: readonly Missing[]) =>
  missing.reduce((sum, { first, last, members }) => sum + (last - first + 1) * members, 0);

Deno.test({
  name: `deno: load: a storm over a cluster loses a master, and nothing without a word${needs}`,
  ignore,
}, async () => {
  await using cluster = await RedisCluster.create({ replicas: true });
  await using a = await loadServer(deno, "x", cluster);
  await using b = await loadServer(bun, "y", cluster);
  const servers = [a, b];
  await using one = await Crowd.start();
  await using other = await Crowd.start();
  const crowds = [one, other];
  const half = CONNECTIONS / 2;
  const joined = await Promise.all(
    crowds.map((crowd, i) => crowd.join(servers[i]!, TOPICS, half)),
  );

  const master = await cluster.ownerOf(TOPICS[0]!);
  const hit = await servedBy(master, TOPICS);
  assertGreater(hit.length, TOPICS.length / 5);
  const ms = 1_000 * SECONDS + 30_000;
  const publish = (rate: number, seconds: number) =>
    Promise.all(
      servers.map((server) =>
        order<Outcome>(server, "publish", { topics: TOPICS, rate, seconds }, ms)
      ),
    );
  const storm = publish(RATE / 2, SECONDS);
  await new Promise((resolve) => setTimeout(resolve, 500 * SECONDS));
  const killed = Date.now();
  await master.kill();
  const ends = await storm;
  for (const server of servers) {
    const isUp = () => server.all({ on: "state" }).at(-1)?.all === "up,up";
    await until("a process that is up", BACK, isUp);
  }
  // What is said while a process asks where new histories are is part of the gap that it tells of.
  let [x, y, behind] = [...ends, CONNECTIONS] as [Outcome, Outcome, number];
  for (const late = Date.now() + BACK; behind > 0;) {
    const ended = JSON.stringify([x.ended, y.ended]);
    assert(Date.now() < late, `${behind} clients without the last messages, ended: ${ended}`);
    [x, y] = await publish(AT_ONCE, 0) as [Outcome, Outcome];
    const counts = { x: x.rounds, y: y.rounds };
    const left = await Promise.all(crowds.map((crowd) => crowd.behind(counts, SOON)));
    behind = left[0]! + left[1]!;
  }
  const counts = { x: x.rounds, y: y.rounds };

  const failed = new Set([x, y].flatMap(({ failed }) => failed));
  const out = [x, y].flatMap(({ lastFailed }) => lastFailed - killed);
  const verdicts = await Promise.all(crowds.map((crowd) => crowd.ask<Verdict>("judge", counts)));
  const missing = verdicts.flatMap(({ missing }) => missing);
  const messages = verdicts.reduce((sum, { messages }) => sum + messages, 0);
  const core = ends.map(({ processor }) => Math.round(processor));
  const memory = ends.map(({ memory }) => Math.round(memory / 2 ** 20));
  console.log(
    `${CONNECTIONS} connections after ${joined.map(({ last }) => last)} ms;`,
    `${(counts.x + counts.y) * TOPICS.length} published, ${messages} delivered,`,
    `${failed.size} not relayed, the last ${out} ms after the kill;`,
    `${hit.length} topics hit; deliveries missing: ${deliveries(missing)},`,
    `told of ${deliveries(missing.filter(({ told }) => told))};`,
    `processor ${core} ms, memory ${memory} MiB; load ${loadavg()[0]!.toFixed(1)}`,
  );

  assertEquals(verdicts.flatMap(({ wrong }) => wrong), []);
  assertEquals(missing.filter((hole) => !isKnown(hole, failed)).slice(0, 10), []);
  // `onGap` names the topics that were hit, all of them, and the others have noticed nothing.
  for (const { gaps, ended } of [x, y]) {
    assertEquals(ended, {});
    assertEquals(Object.keys(gaps).sort(), hit.toSorted());
    for (const [topic, causes] of Object.entries(gaps)) {
      // What a process did not get out, others are told of by its numbers, where there is no history.
      const others = causes.filter((cause) => cause !== "sequence");
      assertEquals([topic, others], [topic, [
        topic.startsWith("live") ? "engine-reconnect" : "epoch",
      ]]);
    }
  }
  const told = verdicts.flatMap(({ told }) => Object.keys(told).map((text) => text.split(" ")[0]!));
  assertEquals([...new Set(told)].sort(), hit.toSorted());
  const others = [...failed].filter((text) => !hit.includes(text.split(" ")[0]!));
  assertEquals([others, missing.filter(({ topic }) => !hit.includes(topic))], [[], []]);
  assertEquals(messages + deliveries(missing), (counts.x + counts.y) * CONNECTIONS);
  for (const ago of out) assert(ago < BACK, `${ago} ms`);
  for (const crowd of crowds) assertEquals(await crowd.ask("open"), half);
  for (const server of servers) {
    assertEquals([server.all({ on: "unhandled" }), server.errors], [[], ""]);
  }
});
