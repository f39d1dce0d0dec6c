/** Where bins begin within a power of ten: they widen as people think of times. */
const STEPS = [1, 1.5, 2, 3, 5, 7];

/** Where the first bin ends, in milliseconds. */
const FIRST = 0.1;

/** The least bound of a bin above a time. */
function boundAbove(time) {
  let power = FIRST;
  while (power * 10 <= time) power *= 10;
  return STEPS.map((step) => round(step * power)).find((bound) => bound > time) ??
    round(10 * power);
}

/** 0.30000000000000004 is 0.3. */
function round(bound) {
  return Number(bound.toPrecision(6));
}

/**
 * How many times are in which bin: `{ from, to, count }` in milliseconds, `from` included, from the
 * first that has any to the last, with the empty ones between them.
 */
export function histogram(times) {
  const counts = new Map();
  let [least, most] = [Infinity, 0];
  for (const time of times) {
    const bound = boundAbove(time);
    counts.set(bound, (counts.get(bound) ?? 0) + 1);
    least = Math.min(least, bound);
    most = Math.max(most, bound);
  }
  const bins = [];
  let from = 0;
  for (let to = FIRST; to <= most; from = to, to = boundAbove(to)) {
    if (to >= least) bins.push({ from, to, count: counts.get(to) ?? 0 });
  }
  return bins;
}
