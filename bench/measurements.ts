import type { Interval } from "./floor.ts";
import { idOf, type Row } from "./row.ts";
import { estimate, median } from "./statistics.ts";
import type { Metric, Sample } from "./workload.ts";

/** One sample of each server of a row, taken one right after the other. */
export interface SamplePair {
  readonly contender: Sample;
  readonly against: Sample;
}

/** Everything that a run measured. */
export class Measurements {
  readonly #pairs: Map<string, readonly SamplePair[]>;

  /** @param pairs What was measured before, by the ids of its rows. */
  constructor(pairs: Readonly<Record<string, readonly SamplePair[]>> = {}) {
    this.#pairs = new Map(Object.entries(pairs));
  }

  add(row: Row, pair: SamplePair): void {
    const id = idOf(row);
    this.#pairs.set(id, [...this.pairs(row), pair]);
  }

  pairs(row: Row): readonly SamplePair[] {
    return this.#pairs.get(idOf(row)) ?? [];
  }

  /** The middle of what the row's contender reached. */
  figure(row: Row, { id }: Metric): number | undefined {
    return median(this.pairs(row).map(({ contender }) => contender.values[id]!));
  }

  /** What the row's contender has of the other, or more than it: pair by pair, by the metric's way. */
  comparison(row: Row, { id, compare }: Metric): Interval | undefined {
    return estimate(
      this.pairs(row).map(({ contender, against }) => {
        const [own, other] = [contender.values[id]!, against.values[id]!];
        return compare === "ratio" ? own / other : own - other;
      }),
    );
  }

  /** How busy one side was, as a share of a core. */
  busy(row: Row, side: "server" | "load"): number | undefined {
    const shares = this.pairs(row).map(({ contender }) => contender[side]?.busy);
    return median(shares.filter((share) => share !== undefined));
  }

  /** Every pair of some rows, by their ids. */
  of(rows: readonly Row[]): Record<string, readonly SamplePair[]> {
    return Object.fromEntries(rows.map((row) => [idOf(row), this.pairs(row)]));
  }

  toJSON(): Record<string, readonly SamplePair[]> {
    return Object.fromEntries(this.#pairs);
  }
}
