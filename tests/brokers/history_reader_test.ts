import { assertEquals, assertRejects } from "@std/assert";
import { Answers, Unanswered } from "../../src/brokers/answers.ts";
import type { HistoryEngine } from "../../src/brokers/history_engine.ts";
import { HistoryReader } from "../../src/brokers/history_reader.ts";
import { at, stretch } from "../support/entries.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";

Deno.test("sixteen reads are under way at a time, and none of them for ever", async () => {
  const clock = new FakeClock();
  let under = 0;
  const engine = {
    name: "redis",
    refuses: (error: unknown): error is Error => error instanceof Error,
    read: (topic: string) => {
      under++;
      return topic === "good" ? Promise.resolve(stretch(1, 2)) : new Promise(() => {});
    },
  } as unknown as HistoryEngine;
  const reader = new HistoryReader(engine, new Answers(engine, clock), clock);
  assertEquals((await reader.read("good", at(0))).entries.length, 2);
  const waiting = Array.from({ length: 20 }, () => reader.read("silent", "end"));
  for (const one of waiting) one.catch(() => {});
  await nextTurn();
  assertEquals(under, 17);
  clock.pass(5_000);
  await assertRejects(
    () => waiting[0]!,
    Unanswered,
    "redis has not answered a question about history",
  );
  await nextTurn();
  assertEquals(under, 21);
});

Deno.test("a rest is over after a moment", async () => {
  const clock = new FakeClock();
  const engine = { name: "redis" } as HistoryEngine;
  const reader = new HistoryReader(engine, new Answers(engine, clock), clock);
  const rest = reader.rest();
  clock.pass(100);
  await rest;
});
