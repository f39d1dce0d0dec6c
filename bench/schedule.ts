/** One pair to measure. */
export interface Turn<T> {
  readonly row: T;
  /** From 0. */
  readonly round: number;
  /** Whether the row's contender is measured first, or what it is compared with. */
  readonly contenderFirst: boolean;
}

/**
 * The order of a run: round by round, each row once in a round, so that a machine that grows slower
 * meets all of them alike. Each round begins with another row. Within a row, who is first takes turns
 * (A B, B A, A B, …), which together is A B B A.
 *
 * A row with a share below 1 takes part in as many rounds, spread over the run.
 */
export function schedule<T extends { readonly share: number }>(
  rows: readonly T[],
  rounds: number,
): Turn<T>[] {
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) => {
    const first = round % Math.max(1, rows.length);
    const turns = rows.map((row, index) => ({ row, index })).filter(({ row }) =>
      pairsUpTo(row, round + 1) > pairsUpTo(row, round)
    ).map(({ row, index }) => ({
      row,
      index,
      round,
      contenderFirst: (pairsUpTo(row, round) + index) % 2 === 0,
    }));
    return [
      ...turns.filter(({ index }) => index >= first),
      ...turns.filter(({ index }) => index < first),
    ].map(({ row, round, contenderFirst }) => ({ row, round, contenderFirst }));
  });
}

/** What is left of a run whose rows have some of their pairs already: their first turns are over. */
export function rest<T>(turns: readonly Turn<T>[], pairs: (row: T) => number): Turn<T>[] {
  const over = new Map<T, number>();
  return turns.filter(({ row }) => {
    const before = over.get(row) ?? 0;
    over.set(row, before + 1);
    return before >= pairs(row);
  });
}

/** Pairs that a row has before a round; a full round at the least, where there is any. */
function pairsUpTo({ share }: { readonly share: number }, round: number): number {
  return Math.ceil(round * share - 1e-9);
}
