import { Measurements, type SamplePair } from "./measurements.ts";
import type { Report } from "./report.ts";
import { idOf } from "./row.ts";
import { rowsOf, type SuiteName, SUITES } from "./suites.ts";
import type { Workloads } from "./workloads.ts";

/** What was last published of a suite: a whole run of it. */
export interface PublishedSuite {
  /** The day, as in 2026-11-21. */
  readonly date: string;
  /** What was measured with what, one line each. */
  readonly setting: readonly string[];
  /** Every pair, by the ids of the rows. */
  readonly pairs: Readonly<Record<string, readonly SamplePair[]>>;
}

/** What was published of each suite. They take long together, and each may have a day of its own. */
export type Published = { readonly [S in SuiteName]?: PublishedSuite };

/** What is published once a run of some suites is, which takes the place of what was there of them. */
export function publish(
  before: Published,
  suites: readonly SuiteName[],
  { date, setting, measurements }: Report,
  all: Workloads,
): Published {
  const measured = suites.map((suite) => {
    const pairs = measurements.of(rowsOf([suite], all));
    return [suite, { date, setting, pairs }] as const;
  });
  return { ...before, ...Object.fromEntries(measured) };
}

/** All that is published as one report, each setting once, with the suites that it is that of. */
export function reportOf(published: Published, all: Workloads): Report {
  const suites = SUITES.filter((suite) => published[suite] !== undefined);
  const parts = suites.map((suite) => ({ suite, ...published[suite]! }));
  const pairs: PublishedSuite["pairs"] = Object.assign({}, ...parts.map(({ pairs }) => pairs));
  const settings = Map.groupBy(parts, ({ setting }) => setting.join("; "));
  return {
    date: parts.map(({ date }) => date).sort().at(-1) ?? "",
    setting: settings.size < 2
      ? parts[0]?.setting ?? []
      : [...settings].map(([setting, of]) =>
        `${of.map(({ suite }) => suite).join(", ")}: ${setting}`
      ),
    // Those that came later were not in that run.
    rows: rowsOf(suites, all).filter((row) => idOf(row) in pairs),
    measurements: new Measurements(pairs),
  };
}
