import { assertEquals } from "@std/assert";
import { IdleTopics } from "../../src/topics/idle_topics.ts";
import { Topic } from "../../src/topics/topic.ts";
import { FakeClock } from "../support/fake_clock.ts";

function lingering(linger: number) {
  const clock = new FakeClock();
  const dropped: string[] = [];
  return { clock, dropped, idle: new IdleTopics(clock, linger, ({ name }) => dropped.push(name)) };
}

Deno.test("a topic that nobody wants is kept for a while, and then dropped once", () => {
  const { clock, dropped, idle } = lingering(5_000);
  const [back, left] = [new Topic("back"), new Topic("left")];
  idle.add(back);
  idle.add(left);
  // Somebody came back, and left again at once.
  left.emptySince = undefined;
  idle.add(left);
  clock.pass(4_999);
  back.emptySince = undefined;
  assertEquals(dropped, []);
  clock.pass(1);
  assertEquals([dropped, clock.pending], [["left"], 0]);
});

Deno.test("each has its own time, whoever is first", () => {
  const { clock, dropped, idle } = lingering(5_000);
  idle.add(new Topic("first"));
  clock.pass(3_000);
  idle.add(new Topic("second"));
  clock.pass(2_000);
  assertEquals([dropped, clock.pending], [["first"], 1]);
  clock.pass(2_999);
  assertEquals(dropped, ["first"]);
  clock.pass(1);
  assertEquals([dropped, clock.pending], [["first", "second"], 0]);
});

Deno.test("at most a thousand linger, however many clients name", () => {
  const { dropped, idle } = lingering(5_000);
  for (let i = 0; i < 1_500; i++) idle.add(new Topic(`${i}`));
  assertEquals([dropped.length, dropped[0], dropped.at(-1)], [500, "0", "499"]);
});

Deno.test("where nothing is gained by it, none lingers", () => {
  const { clock, dropped, idle } = lingering(0);
  idle.add(new Topic("room"));
  assertEquals([dropped, clock.pending], [["room"], 0]);
});

Deno.test("nothing is dropped any more once all is closed", () => {
  const { clock, dropped, idle } = lingering(5_000);
  idle.add(new Topic("room"));
  idle.close();
  assertEquals(clock.pending, 0);
  clock.pass(10_000);
  assertEquals(dropped, []);
});
