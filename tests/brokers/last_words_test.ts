import { assertEquals } from "@std/assert";
import { lastWords } from "../../src/brokers/last_words.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";

Deno.test("whoever ends waits for what is under way, and leaves no timer", async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const waiting = lastWords(clock, [first.promise, Promise.resolve()]).then(() => said.push("end"));
  await nextTurn();
  assertEquals([said, clock.pending], [[], 1]);
  first.resolve();
  await waiting;
  assertEquals([said, clock.pending], [["end"], 0]);
  await lastWords(clock, [Promise.reject(new Error("refused")), new Promise(() => {})]);
  assertEquals(clock.pending, 0);
});

Deno.test("what says nothing is waited for for two seconds", async () => {
  const clock = new FakeClock();
  const waiting = lastWords(clock, [new Promise(() => {})]);
  clock.pass(1_999);
  assertEquals(clock.pending, 1);
  clock.pass(1);
  await waiting;
});
