import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { Rate } from "../../src/limits/rate.ts";

Deno.test("a bucket begins full, and refuses what is not in it", () => {
  const rate = new Rate(10, 3);
  const bucket = rate.bucket(1_000);
  assertEquals([rate.capacity, bucket], [30, { tokens: 30, at: 1_000 }]);
  assert(rate.take(bucket, 29, 1_000));
  assert(!rate.take(bucket, 2, 1_000), "two of one");
  assert(rate.take(bucket, 1, 1_000), "what is refused is not taken");
  assert(!rate.take(bucket, 1, 1_000));
});

Deno.test("a bucket holds one at the least, however slowly it fills", () => {
  const rate = new Rate(0.01, 30);
  const bucket = rate.bucket(0);
  assert(rate.take(bucket, 1, 0));
  assert(!rate.take(bucket, 1, 99_000));
  assert(rate.wait(bucket, 1) <= 1.001);
  assert(rate.take(bucket, 1, 100_001));
});

Deno.test("a bucket fills at its rate, and no further than its capacity", () => {
  const rate = new Rate(10, 3);
  const bucket = rate.bucket(0);
  assert(rate.take(bucket, 30, 0));
  assert(!rate.take(bucket, 1, 99));
  assert(rate.take(bucket, 1, 100));
  assert(!rate.take(bucket, 31, 1_000_000));
  assert(rate.take(bucket, 30, 1_000_000));
});

Deno.test("whoever looks more often gets no more", () => {
  const rate = new Rate(1_000, 1);
  const [often, rarely] = [rate.bucket(0), rate.bucket(0)];
  assert(rate.take(often, 1_000, 0) && rate.take(rarely, 1_000, 0));
  for (let now = 1; now <= 500; now++) assert(!rate.take(often, 501, now), `${now}`);
  assert(!rate.take(often, 501, 500) && !rate.take(rarely, 501, 500));
  assert(rate.take(often, 500, 500) && rate.take(rarely, 500, 500));
});

Deno.test("a rate says how long to wait", () => {
  const rate = new Rate(0.5, 4);
  const bucket = rate.bucket(0);
  assertEquals(rate.wait(bucket, 1), 0);
  assert(rate.take(bucket, 2, 0));
  assertEquals(rate.wait(bucket, 1), 2);
  assert(!rate.take(bucket, 1, 1_000));
  assertEquals(rate.wait(bucket, 1), 1);
});

/** Moments at which somebody wants something: milliseconds since the last one, and how much. */
const wishes = fc.array(
  fc.tuple(
    fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5_000), fc.constant(3_600_000)),
    fc.integer({ min: 1, max: 40 }),
  ),
  { maxLength: 100 },
);

Deno.test("in no time does anybody take more than a bucket and what fills in that time", () => {
  fc.assert(fc.property(wishes, (wishes) => {
    const rate = new Rate(10, 3);
    const bucket = rate.bucket(0);
    const taken: { readonly at: number; readonly count: number }[] = [];
    let at = 0;
    for (const [pause, count] of wishes) {
      at += pause;
      if (rate.take(bucket, count, at)) taken.push({ at, count });
    }
    taken.forEach((first, i) => {
      let sum = 0;
      for (const { at, count } of taken.slice(i)) {
        sum += count;
        assert(sum <= 30 + (at - first.at) / 100 + 1e-6, `${sum}`);
      }
    });
  }));
});

Deno.test("whoever waits as long as is said gets what was wanted, and not before", () => {
  fc.assert(fc.property(wishes, (wishes) => {
    const rate = new Rate(10, 3);
    const bucket = rate.bucket(0);
    let at = 0;
    for (const [pause, count] of wishes) {
      at += pause;
      if (count > rate.capacity || rate.take(bucket, count, at)) continue;
      const wait = 1_000 * rate.wait(bucket, count);
      assert(!rate.take(bucket, count, at + Math.floor(wait) - 1));
      at += Math.ceil(wait) + 1;
      assert(rate.take(bucket, count, at));
    }
  }));
});
