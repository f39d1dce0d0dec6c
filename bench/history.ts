import { findings, type Report } from "./report.ts";
import { idOf } from "./row.ts";

/** One run that was published: one line of bench/results/history.jsonl. */
export interface Entry {
  /** The day, as in 2026-11-21. */
  readonly date: string;
  readonly commit: string;
  /** The kind of machine: figures of two kinds are not compared. */
  readonly machine: string;
  /** Of runtimes and peers, by their names. */
  readonly versions: Readonly<Record<string, string>>;
  /**
   * What each row came to, by `workload/server/beside/metric`: median, low and high end of its
   * interval, pairs.
   */
  readonly rows: Readonly<Record<string, readonly [number, number, number, number]>>;
}

/** The line of a report. */
export function entryOf(
  report: Report,
  source: Pick<Entry, "commit" | "machine" | "versions">,
): Entry {
  const rows = findings(report).flatMap(({ row, metric, found }) => {
    if (found === undefined) return [];
    const { median, low, high, count } = found;
    const round = (value: number) => Number(value.toFixed(4));
    const figures = [round(median), round(low), round(high), count] as const;
    return [[`${idOf(row)}/${metric.id}`, figures] as const];
  });
  return { date: report.date, ...source, rows: Object.fromEntries(rows) };
}

/** Reads the lines of the file. */
export function parseHistory(text: string): Entry[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** An entry as a line of the file. */
export function toLine(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}
