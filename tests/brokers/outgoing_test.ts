import { assert, assertEquals } from "@std/assert";
import { Outgoing } from "../../src/brokers/outgoing.ts";

Deno.test("each topic counts by itself", () => {
  const outgoing = new Outgoing();
  assertEquals(["a", "a", "b", "a"].map((topic) => outgoing.next(topic).sequence), [1, 2, 1, 3]);
});

Deno.test("however many topics clients name, a number never comes again for its topic", () => {
  const outgoing = new Outgoing();
  const highest = new Map<string, number>();
  for (let i = 0; i < 60_000; i++) {
    // Some come back after they were forgotten, some all the time.
    const topic = i % 3 === 0 ? "always" : `topic ${i % 15_000}`;
    const { sequence, restarted } = outgoing.next(topic);
    const last = highest.get(topic);
    assert(last === undefined || sequence > last, topic);
    if (last !== undefined && sequence !== last + 1) assert(restarted, topic);
    highest.set(topic, sequence);
  }
  assert(outgoing.last("topic 1") !== undefined || outgoing.last("topic 2") !== undefined);
  let known = 0;
  for (const topic of highest.keys()) if (outgoing.last(topic) !== undefined) known++;
  assertEquals(known, 10_000);
});

Deno.test("a topic that has gone quiet is due once, and again if that did not get there", () => {
  const outgoing = new Outgoing();
  outgoing.next("a");
  assertEquals([...outgoing.quiet()], []);
  outgoing.next("a");
  assertEquals([...outgoing.quiet()], []);
  assertEquals([...outgoing.quiet()], [{ topic: "a", last: 2, lost: 0 }]);
  assertEquals([[...outgoing.quiet(true)], outgoing.pending], [[], false]);
  outgoing.lost("a", 0);
  outgoing.lost("never");
  outgoing.next("a");
  outgoing.lost("a");
  assertEquals([...outgoing.quiet(true)], [{ topic: "a", last: 3, lost: 1 }]);
  // What was told once is not told again.
  outgoing.next("a");
  assertEquals([...outgoing.quiet(true)], [{ topic: "a", last: 4, lost: 0 }]);
});

Deno.test("a loss is told of, however many topics clients name before others can be told", () => {
  const outgoing = new Outgoing();
  outgoing.next("room");
  outgoing.lost("room");
  outgoing.next("back");
  outgoing.lost("back", 2);
  for (let i = 0; i < 10_000; i++) outgoing.next(`topic ${i}`);
  // Whoever goes on before that begins no new count.
  assertEquals(outgoing.next("back"), { sequence: 2, restarted: false });
  outgoing.lost("room");
  const due = [...outgoing.quiet(true)].filter(({ lost }) => lost > 0);
  assertEquals(due, [{ topic: "back", last: 2, lost: 2 }, { topic: "room", last: 1, lost: 2 }]);
  assertEquals([[...outgoing.quiet(true)], outgoing.pending], [[], false]);
  assertEquals(outgoing.next("room").restarted, true);
});

Deno.test("what is kept of losses is bounded", () => {
  const outgoing = new Outgoing();
  for (let i = 0; i < 30_000; i++) {
    outgoing.next(`topic ${i}`);
    outgoing.lost(`topic ${i}`);
  }
  assertEquals([...outgoing.quiet(true)].length, 20_000);
  assertEquals(outgoing.pending, false);
});
