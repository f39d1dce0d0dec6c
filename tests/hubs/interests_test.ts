import { assertEquals, assertRejects } from "@std/assert";
import { Interests } from "../../src/hubs/interests.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";

/** A broker that answers when tests say so. */
function setUp() {
  const clock = new FakeClock();
  const log: string[] = [];
  const answers: { resolve(): void; reject(error: Error): void }[] = [];
  const port = {
    linger: 5_000,
    away: false,
    subscribe(topic: string): Promise<void> | undefined {
      log.push(`+${topic}`);
      if (this.away) return undefined;
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    unsubscribe: (topic: string) => void log.push(`-${topic}`),
  };
  const late: string[] = [];
  const interests = new Interests(port, clock, (topic) => late.push(topic));
  return { clock, log, answers, port, late, interests };
}

Deno.test("a channel is asked for once, and whoever comes meanwhile waits with the first", async () => {
  const { interests, log, answers, late } = setUp();
  const [first, second] = [interests.add("room"), interests.add("room")];
  assertEquals([first === second, log, interests.size], [true, ["+room"], 1]);
  answers[0]!.resolve();
  await first;
  await nextTurn();
  assertEquals([interests.add("room"), log, late], [undefined, ["+room"], []]);
});

Deno.test("it is kept for a while behind the last one", () => {
  const { interests, log, clock, port } = setUp();
  port.away = true;
  for (const topic of ["a", "b"]) assertEquals(interests.add(topic), undefined);
  interests.delete("a");
  interests.delete("unknown");
  clock.pass(4_999);
  interests.look(clock.now());
  interests.delete("b");
  clock.pass(1);
  interests.look(clock.now());
  assertEquals(log, ["+a", "+b", "-a"]);
  // Whoever is back in time finds it.
  interests.add("b");
  clock.pass(5_000);
  interests.look(clock.now());
  assertEquals([log, interests.size], [["+a", "+b", "-a"], 1]);
});

Deno.test("of those that are kept there is an end", () => {
  const { interests, log, port } = setUp();
  port.away = true;
  for (let i = 0; i < 1_001; i++) {
    interests.add(`${i}`);
    interests.delete(`${i}`);
  }
  assertEquals([log.at(-1), interests.size], ["-0", 1_000]);
});

Deno.test("a slow engine holds nobody, and what may have been missed is told when it knows", async () => {
  const { interests, answers, clock, late } = setUp();
  const ready = interests.add("room");
  clock.pass(499);
  assertEquals(interests.add("room"), ready);
  clock.pass(1);
  await ready;
  await nextTurn();
  assertEquals([interests.add("room"), late], [undefined, []]);
  answers[0]!.resolve();
  await nextTurn();
  assertEquals([late, clock.pending], [["room"], 0]);
});

Deno.test("what the engine refuses is asked for anew by whoever comes next", async () => {
  const { interests, answers, clock, late, log } = setUp();
  const refused = interests.add("room");
  answers[0]!.reject(new Error("no"));
  await assertRejects(() => refused!, Error, "no");
  await nextTurn();
  assertEquals(interests.size, 0);
  const slow = interests.add("room");
  clock.pass(500);
  await slow;
  answers[1]!.reject(new Error("no"));
  await nextTurn();
  assertEquals([late, interests.size, log], [["room"], 1, ["+room", "+room"]]);
});

Deno.test("what the engine has refused behind whoever is there by now is asked for again", async () => {
  const { interests, answers, clock, late, log } = setUp();
  const slow = interests.add("room");
  clock.pass(500);
  await slow;
  answers[0]!.reject(new Error("no answer for 5 s"));
  await nextTurn();
  interests.look(clock.now());
  // One question at a time.
  interests.look(clock.now());
  answers[1]!.reject(new Error("no answer for 5 s"));
  await nextTurn();
  assertEquals([log, late], [["+room", "+room"], ["room"]]);
  // Who comes meanwhile is told, and the others stay in it.
  const next = interests.add("room");
  answers[2]!.reject(new Error("no"));
  await assertRejects(() => next!, Error, "no");
  await nextTurn();
  interests.look(clock.now());
  answers[3]!.resolve();
  await nextTurn();
  interests.look(clock.now());
  assertEquals([log.length, late, interests.size], [4, ["room", "room"], 1]);
});

Deno.test("what was refused is not asked for when nobody wants it any more", async () => {
  const { interests, answers, clock, log } = setUp();
  const slow = interests.add("room");
  clock.pass(500);
  await slow;
  answers[0]!.reject(new Error("no answer for 5 s"));
  await nextTurn();
  interests.delete("room");
  interests.look(clock.now());
  assertEquals(log, ["+room"]);
  clock.pass(5_000);
  interests.look(clock.now());
  interests.look(clock.now());
  assertEquals([log, interests.size], [["+room", "-room"], 0]);
});

Deno.test("a refusal that is late does not touch who has asked since", async () => {
  const { interests, answers, clock } = setUp();
  interests.add("room");
  interests.delete("room");
  clock.pass(5_000);
  interests.look(clock.now());
  interests.add("room");
  answers[0]!.reject(new Error("no"));
  await nextTurn();
  assertEquals(interests.size, 1);
});
