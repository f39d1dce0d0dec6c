import { assert } from "@std/assert";

/** A length of hostile input that a request can have. */
const LENGTH = 7_000;

/**
 * Throws if ten times the input takes much more than ten times the work.
 *
 * The best of several runs is compared, so that a busy machine does not look like bad code. Linear
 * work gives about 10; quadratic 100. Does nothing where `UNTIMED` is set, as it is
 * where changes are tried, or lines counted.
 */
export function assertLinear(title: string, task: (times: number) => unknown): void {
  if (Deno.env.has("UNTIMED")) return;
  let ratio = Infinity;
  for (let attempt = 0; attempt < 5 && ratio > 30; attempt++) {
    const once = fastest(() => task(LENGTH));
    const tenfold = fastest(() => task(10 * LENGTH));
    // Below a tenth of a millisecond there is nothing to compare, and nothing to fear.
    ratio = Math.min(ratio, tenfold / Math.max(once, 0.1));
  }
  assert(ratio <= 30, `${title}: ten times the input took ${ratio.toFixed(1)} times as long`);
}

function fastest(task: () => unknown): number {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    task();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
