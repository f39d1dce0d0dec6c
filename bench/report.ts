import { judge, type Verdict } from "./floor.ts";
import type { Measurements } from "./measurements.ts";
import type { Finding, Row } from "./row.ts";

/** A finished run: all that tables and plots are made of. */
export interface Report {
  /** The day, as in 2026-11-21. */
  readonly date: string;
  /** What was measured with what, one line each. */
  readonly setting: readonly string[];
  readonly rows: readonly Row[];
  readonly measurements: Measurements;
}

/** Every row with each of its metrics. */
export function findings({ rows, measurements }: Report): Finding[] {
  return rows.flatMap((row) =>
    row.workload.metrics.map((metric) => ({
      row,
      metric,
      found: measurements.comparison(row, metric),
    }))
  );
}

/** What is promised of a finding, and whether it is kept; `undefined` if nothing is. */
export function verdictOf(
  { row, metric, found }: Finding,
): { readonly bound: number; readonly verdict: Verdict } | undefined {
  const bound = row.floors[metric.id];
  if (bound === undefined) return undefined;
  return { bound, verdict: judge(found, bound, metric.better) };
}

/** A number with separators of thousands and so many digits after the point. */
export function shown(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
