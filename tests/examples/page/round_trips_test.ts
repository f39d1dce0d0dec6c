import { assert, assertEquals } from "@std/assert";
import { percentile, RoundTrips } from "../../../examples/page/round_trips.js";

Deno.test("page: a round trip is from sending to what comes back the same", () => {
  const trips = new RoundTrips();
  assertEquals([trips.figures, trips.oldest, trips.unanswered], [undefined, undefined, 0]);
  trips.sent("a", 100);
  trips.sent(Uint8Array.of(1), 101);
  assertEquals([trips.unanswered, trips.oldest], [2, 100]);
  assertEquals(trips.received("other", 102), undefined);
  assertEquals(trips.received("a", 103.5), 3.5);
  assertEquals([trips.unanswered, trips.oldest], [1, 101]);
  assertEquals(trips.received(Uint8Array.of(1), 111), 10);
  assertEquals(trips.times, [3.5, 10]);
  assertEquals(trips.figures, { last: 10, p50: 3.5, p95: 10, p99: 10, most: 10, count: 2 });
});

Deno.test("page: whoever is overtaken does not wait any more", () => {
  const trips = new RoundTrips();
  for (const text of ["a", "b", "c"]) trips.sent(text, 0);
  assertEquals(trips.received("b", 1), 1);
  assertEquals(trips.received("a", 2), undefined);
  assertEquals(trips.unanswered, 1);
});

Deno.test("page: what is on its way when a connection ends does not come back", () => {
  const trips = new RoundTrips();
  trips.sent("a", 0);
  trips.lost();
  assertEquals([trips.received("a", 1), trips.unanswered, trips.oldest], [undefined, 0, undefined]);
});

Deno.test("page: percentiles are by the nearest rank", () => {
  const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assertEquals([50, 95, 99, 100].map((percent) => percentile(sorted, percent)), [50, 95, 99, 100]);
  assertEquals(percentile(Float64Array.of(7), 1), 7);
});

Deno.test("page: the figures are of the last 10,000, in their order", () => {
  const trips = new RoundTrips();
  for (let index = 0; index < 12_000; index++) {
    trips.sent(`${index}`, 0);
    trips.received(`${index}`, index);
  }
  const { times } = trips;
  assertEquals([times.length, times[0], times.at(-1), trips.count], [
    10_000,
    2_000,
    11_999,
    10_000,
  ]);
  assertEquals(trips.figures?.last, 11_999);
});

Deno.test("page: a server that never answers does not fill the memory, and that is counted", () => {
  const many = new RoundTrips();
  for (let index = 0; index < 100_002; index++) many.sent("a", index);
  assertEquals([many.unanswered, many.forgotten, many.oldest], [100_000, 2, 2]);
  const large = new RoundTrips();
  const message = new Uint8Array(20 * 1024 * 1024);
  for (let index = 0; index < 4; index++) large.sent(message, index);
  assertEquals([large.unanswered, large.forgotten], [3, 1]);
  // A message that alone is too large is timed all the same.
  const huge = new RoundTrips();
  huge.sent("huge", 0, 100 * 1024 * 1024);
  assertEquals(huge.unanswered, 1);
});

Deno.test("page: what is answered among many does not cost more than it should", () => {
  const trips = new RoundTrips();
  for (let index = 0; index < 50_000; index++) trips.sent(`${index}`, index);
  for (let index = 0; index < 50_000; index++) {
    assert(trips.received(`${index}`, index + 1) === 1);
  }
  assertEquals(trips.unanswered, 0);
});
