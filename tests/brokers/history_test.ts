import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { History, type HistoryLimits } from "../../src/brokers/history.ts";
import { FakeClock } from "../support/fake_clock.ts";

function history(limits: Partial<HistoryLimits> = {}) {
  const clock = new FakeClock();
  const all = { count: 1_000, bytes: 1e9, age: 60_000, ...limits };
  return { clock, history: new History(all, clock) };
}

const texts = ({ messages }: ReturnType<History["read"]>) => messages.map(({ data }) => data);

Deno.test("a history is read from a position on, topic by topic", () => {
  const { history: h } = history();
  const start = h.position;
  const first = h.add("a", "1", "");
  h.add("b", "x", "");
  h.add("a", "2", "");
  assertEquals(texts(h.read("a", start, 10)), ["1", "2"]);
  assertEquals(texts(h.read("a", first.position, 10)), ["2"]);
  assertEquals(texts(h.read("a", "", 1)), ["1"]);
  assertEquals(texts(h.read("a", h.read("a", "", 1).position, 1)), ["2"]);
  assertEquals(h.read("never", start, 10), { messages: [], position: h.position });
});

Deno.test("count, bytes and age bound it, and what is gone is told", () => {
  for (
    const [limits, wait] of [
      [{ count: 2 }, 0],
      [{ bytes: 2 * (256 + "a".length + 100) }, 0],
      [{ age: 1_000 }, 400],
    ] as const
  ) {
    const { history: h, clock } = history(limits);
    const positions = [h.position];
    for (let i = 0; i < 4; i++) {
      positions.push(h.add("a", `${i}`.padEnd(100), "").position);
      clock.pass(wait);
    }
    const read = positions.map((position) => h.read("a", position, 10));
    assertEquals(read.map(({ messages }) => messages.length), [2, 2, 2, 1, 0], `${wait}`);
    assertEquals(read.map(({ lost }) => lost === "trimmed"), [true, true, false, false, false]);
  }
});

Deno.test("everything is let go of when its time is over, with nobody asking", () => {
  const { history: h, clock } = history({ age: 1_000 });
  for (let i = 0; i < 5_000; i++) h.add(`topic ${i}`, "x", "");
  assert(h.bytes > 5_000 * 256);
  clock.pass(1_000);
  assertEquals([h.bytes, clock.pending], [0, 0]);
});

Deno.test("positions of others, and what clients make up, belong to another epoch", () => {
  const { history: h } = history();
  const { position } = h.add("a", "1", "");
  const ahead = position.replace(/\d+$/, "999");
  for (
    const bad of [history().history.position, ahead, "0", "x.1", `${position}.1`, "a", 5, null]
  ) {
    const page = h.read("a", bad as string, 10);
    assertEquals([page.messages, page.lost], [[], "epoch"], `${bad}`);
  }
});

Deno.test("whatever is published and dropped, nothing is missing without a word", () => {
  const step = fc.record({ topic: fc.constantFrom("a", "b", "c"), wait: fc.nat(400) });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { history: h, clock } = history({ count: 3, bytes: 8 * 260, age: 1_000 });
    const published: { topic: string; data: string }[] = [];
    /** After each step: the position, and how much had been published. */
    const marks: [string, number][] = [[h.position, 0]];
    for (const [i, { topic, wait }] of steps.entries()) {
      h.add(topic, `${i}`, "");
      published.push({ topic, data: `${i}` });
      marks.push([h.position, published.length]);
      clock.pass(wait);
    }
    for (const [position, since] of marks) {
      for (const topic of ["a", "b", "c"]) {
        const wanted = published.slice(since).filter((m) => m.topic === topic).map((m) => m.data);
        const page = h.read(topic, position, Infinity);
        if (page.lost === undefined) assertEquals(texts(page), wanted);
        else assertEquals(texts(page), wanted.slice(wanted.length - page.messages.length));
      }
    }
    for (const topic of ["a", "b", "c"]) assert(h.read(topic, "", 10).messages.length <= 3);
    assert(h.bytes <= 8 * 260);
  }));
});

Deno.test("a busy topic leaves nothing of its dropped messages behind", () => {
  const { history: h, clock } = history({ count: 10, age: 1e9 });
  // The oldest of all stays, so that the order of all is never emptied from its front.
  h.add("quiet", "x", "");
  for (let i = 0; i < 100_000; i++) h.add("busy", "x", "");
  assertEquals(h.read("busy", "", Infinity).messages.length, 10);
  const before = performance.now();
  for (let i = 0; i < 100_000; i++) h.add("busy", "x", "");
  assert(performance.now() - before < 5_000);
  assertEquals([h.read("quiet", "", 1).messages.length, clock.pending], [1, 1]);
});

Deno.test("nothing is kept of a history that is closed, and nobody looks again", () => {
  const { history: h, clock } = history();
  const { position } = h.add("a", "1", "");
  assert(clock.pending > 0);
  h.close();
  assertEquals([h.bytes, clock.pending, texts(h.read("a", "", 10))], [0, 0, []]);
  assertEquals(h.read("a", position, 10).messages, []);
});
