/** From where to where a figure lies, of how many pairs. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** What there is to say of a floor. */
export type Verdict = "met" | "missed" | "unclear" | "not measured";

/** Pairs below which an interval says nothing. */
const FEWEST = 6;

/**
 * Whether a figure keeps a floor: only an interval that lies on one side of it as a whole says so.
 *
 * @param bound What is promised.
 * @param better Which figures are better than the bound.
 */
export function judge(
  found: Interval | undefined,
  bound: number,
  better: "higher" | "lower",
): Verdict {
  if (found === undefined) return "not measured";
  const [worst, best] = better === "higher" ? [found.low, found.high] : [-found.high, -found.low];
  const floor = better === "higher" ? bound : -bound;
  if (found.count < FEWEST) return "unclear";
  if (worst >= floor) return "met";
  return best < floor ? "missed" : "unclear";
}
