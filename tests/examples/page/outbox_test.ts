import { assertEquals, assertStringIncludes } from "@std/assert";
import { Outbox } from "../../../examples/page/outbox.js";

const entry = (time: number, { direction = "in", size = 10 } = {}) => ({
  time,
  direction,
  type: "text",
  size,
  data: `${time}`,
  connection: 1,
});

/** Takes all, in batches. */
function drain(outbox: Outbox) {
  const batches = [];
  while (!outbox.empty) batches.push(outbox.take());
  return batches;
}

Deno.test("page: entries come in their order, so many at a time", () => {
  const outbox = new Outbox();
  assertEquals([outbox.empty, outbox.take()], [true, []]);
  for (let time = 0; time < 10_000; time++) outbox.add(entry(time));
  const batches = drain(outbox);
  assertEquals(batches.map(({ length }) => length), [5_000, 5_000]);
  assertEquals(batches.flat().every(({ time }, index) => time === index), true);
});

Deno.test("page: a batch has some megabytes, and one message at least", () => {
  const outbox = new Outbox();
  const mib = 1024 * 1024;
  for (const size of [20 * mib, 6 * mib, 6 * mib, mib]) outbox.add(entry(0, { size }));
  assertEquals(drain(outbox).map((batch) => batch.length), [1, 1, 2]);
});

Deno.test("page: what is left out is said, once, where it is left out", () => {
  const outbox = new Outbox();
  for (let time = 0; time < 20_000; time++) outbox.add(entry(time));
  for (let time = 20_000; time < 20_004; time++) {
    outbox.add(entry(time, { direction: time % 4 === 0 ? "out" : "in" }));
  }
  // There is room for a few, and still they are left out: not one by one.
  outbox.take();
  outbox.add(entry(20_004));
  for (let turn = 0; turn < 2; turn++) outbox.take();
  outbox.take();
  outbox.add(entry(20_005));
  const rest = drain(outbox).flat();
  const said = rest.filter(({ type }) => type === "left out");
  assertEquals(said.length, 1);
  assertStringIncludes(said[0]!.data, "1 sent and 4 received messages are not in it, 50 bytes");
  assertEquals([said[0]!.time, said[0]!.direction], [20_000, "event"]);
  assertEquals(rest.at(-1)!.time, 20_005);
});

Deno.test("page: what is left out is said when nothing follows, too", () => {
  const outbox = new Outbox();
  for (let time = 0; time < 20_001; time++) outbox.add(entry(time));
  assertEquals(drain(outbox).flat().at(-1)!.type, "left out");
});

Deno.test("page: bytes have an end, too; one message of any size passes", () => {
  const outbox = new Outbox();
  const size = 40 * 1024 * 1024;
  for (const time of [1, 2, 3]) outbox.add(entry(time, { size }));
  assertEquals(drain(outbox).flat().map(({ type }) => type), ["text", "left out"]);
  outbox.add(entry(4, { size: 3 * size }));
  assertEquals(drain(outbox).flat().length, 1);
});
