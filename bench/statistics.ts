/** The middle of values that were measured, and between what it lies in truth. */
export interface Estimate {
  readonly median: number;
  /** In 95 of 100 cases, the median of all that could be measured lies from `low` to `high`. */
  readonly low: number;
  readonly high: number;
  /** How many values. */
  readonly count: number;
}

const RESAMPLES = 4_000;
const CONFIDENCE = 0.95;
const SEED = 20_261_121;

/**
 * Estimates a median; `undefined` of no values.
 *
 * The interval is a bootstrap's (percentiles): values are drawn again and again from those that were
 * measured, as many as there are, and the medians of these draws show how far chance would move it.
 * The same values make the same interval each time.
 */
export function estimate(values: readonly number[]): Estimate | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const random = generator(SEED);
  const draw = new Float64Array(count);
  const medians = new Float64Array(RESAMPLES).map(() => {
    for (let index = 0; index < count; index++) draw[index] = values[Math.floor(random() * count)]!;
    return quantile(draw.sort(), 0.5);
  }).sort();
  return {
    median: quantile(Float64Array.from(values).sort(), 0.5),
    low: quantile(medians, (1 - CONFIDENCE) / 2),
    high: quantile(medians, (1 + CONFIDENCE) / 2),
    count,
  };
}

/** The middle of values in any order; `undefined` of none. */
export function median(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : quantile(Float64Array.from(values).sort(), 0.5);
}

/** Between two values, in proportion: method 7 of Hyndman and Fan. `sorted` must be, and not empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at - Math.floor(at));
}

/** Numbers from 0 to 1 that look random, the same ones for each seed: mulberry32. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
