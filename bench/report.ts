import type { Contender } from "./contenders.ts";
import type { Measurements } from "./measurements.ts";
import type { Workload } from "./workloads.ts";

/** A finished run: all that tables and plots are made of. */
export interface Report {
  /** The day, as in 2026-11-21. */
  readonly date: string;
  /** What was measured with what, one line each. */
  readonly setting: readonly string[];
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  readonly contenders: readonly Contender[];
  readonly measurements: Measurements;
}

/** A number with separators of thousands and so many digits after the point. */
export function shown(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
