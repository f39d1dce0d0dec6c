/**
 * The table of what topics with a history promise, over each broker: the cases of the suites in
 * tests/engines/, which run on every one that has a tick there.
 */
import { replayFaults } from "../engines/replay_faults.ts";
import { replaySuite } from "../engines/replay_suite.ts";
import type { Register, ReplayRow } from "../engines/replay_suite.ts";
import { NATS_FAULTS, REDIS_FAULTS } from "../engines/cluster_rows.ts";
import { FAULTS, HISTORIES, type HistoryColumn } from "../engines/rows.ts";

const MODES = ["live", "replay"] as const;
const COLUMNS = Object.keys(HISTORIES) as HistoryColumn[];

/** The titles of a suite, and the columns of whose rows all have it. */
function casesOf(
  suite: (row: ReplayRow, register: Register) => void,
  rows: Readonly<Partial<Record<HistoryColumn, readonly ReplayRow[]>>>,
): Map<string, Set<HistoryColumn>> {
  const cases = new Map<string, Set<HistoryColumn>>();
  for (const column of COLUMNS) {
    for (const row of rows[column] ?? []) {
      suite(row, (_row, title) => cases.set(title, (cases.get(title) ?? new Set()).add(column)));
    }
  }
  return cases;
}

/** The table, as `deno fmt` aligns it. */
export function featureTable(): string {
  const cases = [...casesOf(replaySuite, HISTORIES), ...casesOf(replayFaults, FAULTS)];
  const rows = cases.map(([title, columns]) => [
    title,
    ...COLUMNS.map((column) => columns.has(column) ? "yes" : "–"),
  ]);
  return aligned([["what is tested", ...COLUMNS], ...rows]);
}

/** The table of what goes wrong with clusters, and what becomes of it. */
export function faultTable(): string {
  const all = [
    ...REDIS_FAULTS.map((fault) => [fault, "Redis"] as const),
    ...NATS_FAULTS.map((fault) => [fault, "NATS"] as const),
  ];
  const rows = all.flatMap(([fault, over]) =>
    MODES.flatMap((mode) => {
      const outcome = fault[mode];
      if (outcome === undefined) return [];
      const { told, lost, within } = outcome;
      const cause = told === "" ? "nothing" : `\`${told}\``;
      return [[fault.title, over, `\`${mode}\``, cause, lost, `${within / 1_000} s`]];
    })
  );
  return aligned([["what goes wrong", "over", "mode", "told", "lost", "back within"], ...rows]);
}

function aligned(all: readonly (readonly string[])[]): string {
  const widths = all[0]!.map((_, i) => Math.max(...all.map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[], filler = " ") =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!, filler)).join(" | ")} |`;
  const [titles = [], ...rest] = all;
  return [line(titles), line(titles.map(() => ""), "-"), ...rest.map((cells) => line(cells))]
    .join("\n");
}
