import { assert, assertEquals } from "@std/assert";
import { estimate, generator, median, quantile } from "../../bench/statistics.ts";

Deno.test("quantiles lie between values, in proportion", () => {
  assertEquals(quantile([7], 0.99), 7);
  assertEquals(quantile([1, 2, 3, 4], 0.5), 2.5);
  assertEquals(quantile([0, 10], 0.25), 2.5);
  assertEquals(quantile([1, 2, 3, 4, 5], 1), 5);
});

Deno.test("a median does not mind the order, and numbers are not sorted as text", () => {
  assertEquals(median([10, 9, 100]), 10);
  assertEquals(median([]), undefined);
});

Deno.test("an estimate has the median between its ends, and is the same for the same values", () => {
  const values = [1.02, 0.99, 1.01, 0.97, 1, 1.03, 0.98, 1.005, 0.96, 1.015];
  const found = estimate(values)!;
  assertEquals(found.count, values.length);
  assertEquals(found.median, median(values));
  assert(found.low < found.median && found.median < found.high);
  assert(found.low >= Math.min(...values) && found.high <= Math.max(...values));
  assertEquals(estimate(values), found);
  assertEquals(estimate([]), undefined);
});

Deno.test("the interval of values that are all the same has no width", () => {
  assertEquals(estimate([2, 2, 2]), { median: 2, low: 2, high: 2, count: 3 });
});

Deno.test("one value that is far off moves neither the median nor the interval far", () => {
  const values = Array.from({ length: 15 }, (_, index) => 1 + (index - 7) / 1000);
  const found = estimate([...values.slice(1), 50])!;
  assert(found.high < 1.01, String(found.high));
});

Deno.test("about 95 of 100 intervals of 15 values hold the true median", () => {
  const random = generator(1);
  // Sums of uniform numbers: in the middle about normal; the true median is 0.
  const noise = () => Array.from({ length: 6 }, random).reduce((sum, next) => sum + next, -3);
  const trials = 300;
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = estimate(Array.from({ length: 15 }, noise))!;
    if (low <= 0 && 0 <= high) held++;
  }
  assert(held / trials > 0.91 && held / trials < 0.99, `${held} of ${trials}`);
});

Deno.test("more values make a narrower interval", () => {
  const random = generator(2);
  const width = (count: number) => {
    const { low, high } = estimate(Array.from({ length: count }, random))!;
    return high - low;
  };
  assert(width(400) < width(15) / 2);
});
