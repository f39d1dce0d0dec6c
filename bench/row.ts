import { type Contender, isOurs } from "./contenders.ts";
import type { Interval } from "./floor.ts";
import type { Metric, Workload } from "./workload.ts";

/** One line of the plan: two servers under one workload, measured in pairs. */
export interface Row {
  readonly workload: Workload;
  readonly contender: Contender;
  readonly against: Contender;
  /** Pairs to measure, as a share of those that the run makes. */
  readonly share: number;
  /** What is promised, by the id of the metric. */
  readonly floors: Readonly<Record<string, number>>;
}

/** The share of rows that are there to be compared with: of peers, and of a server beside itself. */
export const ASIDE = 1 / 3;

/** A row of edgesocket, which gets all pairs, or of something else. */
export function row(
  workload: Workload,
  contender: Contender,
  against: Contender,
  floors: Row["floors"] = {},
): Row {
  const share = isOurs(contender) ? 1 : ASIDE;
  return { workload, contender, against, share, floors };
}

/** How history and the command line name a row. */
export function idOf({ workload, contender, against }: Row): string {
  return `${workload.id}/${contender.id}/${against.id}`;
}

/** Whether a row measures noise: the same server twice. */
export function isNoise({ contender, against }: Row): boolean {
  return contender === against;
}

/** A row with one of its metrics, and what came of it. */
export interface Finding {
  readonly row: Row;
  readonly metric: Metric;
  readonly found: Interval | undefined;
}
