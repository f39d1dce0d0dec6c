import { assertEquals } from "@std/assert";
import { entriesBehind, sizeOf, Stretches } from "../../src/brokers/stretches.ts";
import { at, entries, stretch, textsOf } from "../support/entries.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("entries are found behind each mark of a stretch, and behind no other", () => {
  const read = { from: at(2), stretch: stretch(3, 6) };
  const behind = (offset: number) => textsOf(entriesBehind(read, at(offset)));
  assertEquals([2, 3, 5, 6].map(behind), [["3", "4", "5", "6"], ["4", "5", "6"], ["6"], []]);
  assertEquals([1, 7].map(behind), [undefined, undefined]);
  // Another message that has got the same number.
  assertEquals(entriesBehind(read, { ...at(4), check: "other" }), undefined);
  assertEquals(entriesBehind(read, at(4, "f")), undefined);
  assertEquals(entriesBehind(read, "start"), undefined);
  const whole = { from: "start", stretch: stretch(1, 2) } as const;
  assertEquals(textsOf(entriesBehind(whole, "start")), ["1", "2"]);
  assertEquals(textsOf(entriesBehind(whole, at(1))), ["2"]);
});

Deno.test("what was read is found for five seconds, by its own topic", () => {
  const clock = new FakeClock();
  const stretches = new Stretches(clock);
  stretches.add({ topic: "a", from: at(0), stretch: stretch(1, 3) });
  stretches.add({ topic: "a", from: at(3), stretch: stretch(4, 5) });
  stretches.add({ topic: "a", from: at(9), stretch: stretch(10, 9) });
  assertEquals(textsOf(stretches.find("a", at(1))), ["2", "3"]);
  // At the end of one piece the next one begins.
  assertEquals(textsOf(stretches.find("a", at(3))), ["4", "5"]);
  assertEquals([stretches.find("a", at(5)), stretches.find("b", at(1))], [undefined, undefined]);
  assertEquals(stretches.size, sizeOf(entries(1, 5)));
  clock.pass(5_000);
  assertEquals([stretches.find("a", at(1)), stretches.size, clock.pending], [undefined, 0, 0]);
});

Deno.test("no more is kept than eight megabytes", () => {
  const clock = new FakeClock();
  const stretches = new Stretches(clock);
  const large = (topic: string, size: number) => {
    const [entry] = entries(1, 1);
    const recorded = { ...entry!.recorded!, data: "x".repeat(size) };
    const list = [{ ...entry!, recorded }];
    stretches.add({ topic, from: at(0), stretch: { ...stretch(1, 1), entries: list } });
  };
  large("a", 9 * 1024 * 1024);
  assertEquals(stretches.size, 0);
  for (const topic of ["a", "b"]) large(topic, 5 * 1024 * 1024);
  assertEquals([stretches.find("a", at(0)), stretches.find("b", at(0))?.length], [undefined, 1]);
  stretches.clear();
  assertEquals([stretches.size, clock.pending], [0, 0]);
});

Deno.test("entries that are none of ours count, too", () => {
  const foreign = { mark: at(1), previous: 0, recorded: undefined };
  assertEquals(sizeOf([foreign]), 256);
});
