/** Rounds after which costs are taken as they are. */
const ROUNDS = 20_000;

/** The share by which a cost may still move and count as found. */
const STILL = 1e-9;

/**
 * Finds what each of some things costs, none of them less than nothing: those costs with which the
 * sum over each row comes nearest to its target, as a share of that target (least squares).
 *
 * @param rows How much there is of each thing, in each run.
 * @param targets What each run took.
 * @param floor Targets below it count as this much, so that those which are hardly more than noise
 * weigh no more than others.
 */
export function fit(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  floor: number,
): number[] {
  const weights = targets.map((target) => 1 / Math.max(target, floor));
  const things = rows[0]?.length ?? 0;
  const costs = Array<number>(things).fill(0);
  /** What is left of each target, by its weight. */
  const left = targets.map((target, index) => target * weights[index]!);
  const columns = costs.map((_, thing) => rows.map((row, index) => row[thing]! * weights[index]!));
  const squares = columns.map((column) => column.reduce((sum, value) => sum + value ** 2, 0));
  // One cost after the other takes what the others leave: each step comes nearer, and there is one
  // nearest point, as the sum of squares is convex.
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (const [thing, column] of columns.entries()) {
      if (squares[thing] === 0) continue;
      const slope = column.reduce((sum, value, index) => sum + value * left[index]!, 0);
      const before = costs[thing]!;
      const now = Math.max(0, before + slope / squares[thing]!);
      for (const [index, value] of column.entries()) left[index]! -= value * (now - before);
      costs[thing] = now;
      moved = Math.max(moved, Math.abs(now - before) * Math.sqrt(squares[thing]!));
    }
    if (moved < STILL) break;
  }
  return costs;
}
