import { assert, assertEquals } from "@std/assert";
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
