import { assertEquals } from "@std/assert";
import { KeptTopics } from "../../src/topics/kept_topics.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { PresenceTopic } from "../../src/topics/presence_topic.ts";

const topic = (name: string) => ({ name }) as PresenceTopic;

function keeping() {
  const dropped: string[] = [];
  return { dropped, kept: new KeptTopics(({ name }) => dropped.push(name)) };
}

Deno.test("a topic is kept for a while, and longer if somebody reads it, or comes", () => {
  const { kept, dropped } = keeping();
  const [a, b, c] = [topic("a"), topic("b"), topic("c")];
  for (const one of [a, b, c]) kept.keep(one, 0);
  kept.keep(b, 5_000);
  kept.delete(c);
  kept.look(9_999);
  assertEquals(dropped, []);
  kept.look(10_000);
  assertEquals(dropped, ["a"]);
  kept.look(15_000);
  kept.look(1e9);
  assertEquals(dropped, ["a", "b"]);
});

Deno.test("so many are kept: the one that was read first goes first", () => {
  const { kept, dropped } = keeping();
  const all = Array.from({ length: 1_001 }, (_, i) => topic(`${i}`));
  for (const one of all.slice(0, 1_000)) kept.keep(one, 0);
  kept.keep(all[0]!, 0);
  assertEquals(dropped, []);
  kept.keep(all[1_000]!, 0);
  assertEquals(dropped, ["1"]);
  kept.clear();
  kept.look(1e9);
  assertEquals(dropped, ["1"]);
});

Deno.test("with a clock nobody need look, and it is waited for only while there are some", () => {
  const clock = new FakeClock();
  const dropped: string[] = [];
  const kept = new KeptTopics(({ name }) => dropped.push(name), clock);
  assertEquals(clock.pending, 0);
  kept.keep(topic("a"), clock.now());
  clock.pass(5_000);
  kept.keep(topic("b"), clock.now());
  assertEquals([dropped, clock.pending], [[], 1]);
  clock.pass(5_000);
  assertEquals([dropped, clock.pending], [["a"], 1]);
  clock.pass(10_000);
  assertEquals([dropped, clock.pending], [["a", "b"], 0]);
  kept.keep(topic("c"), clock.now());
  kept.clear();
  assertEquals(clock.pending, 0);
});
