import { isOurs, titleOf } from "./contenders.ts";
import type { Interval } from "./floor.ts";
import { findings, type Report, shown, verdictOf } from "./report.ts";
import { type Finding, isNoise } from "./row.ts";
import type { Metric } from "./workload.ts";

/** Workloads of the short table, in its order. */
const SHORT = ["echo", "binary", "upgrade", "memory", "fan-out"];

/** The report in Markdown. */
export function table(report: Report): string {
  const all = findings(report);
  const workloads = new Map(report.rows.map(({ workload }) => [workload.id, workload]));
  return [
    "# What a WebSocket costs",
    list(report.setting),
    "Each row compares two servers in pairs of samples, one taken right after the other, who is " +
    "first in turns: its figure is the median, and in brackets where the median of all that could " +
    "be measured lies with 95 % confidence (bootstrap). A server beside itself shows what is noise. " +
    "Rates are per second of the server's own processor time. A floor is met or missed if the " +
    "whole interval says so, and unclear otherwise.",
    ...shortSection(all),
    "## All rows",
    list([...workloads.values()].map(({ short, title }) => `${short}: ${title}`)),
    grid(
      ["", "server", "beside", "figure", "compared", "pairs", "server busy", "load busy", "floor"],
      all.map((finding) => line(report, finding)),
    ),
  ].join("\n\n") + "\n";
}

function line({ measurements }: Report, finding: Finding): string[] {
  const { row, metric, found } = finding;
  const figure = measurements.figure(row, metric);
  return [
    row.workload.short,
    titleOf(row.contender),
    isNoise(row) ? "itself" : row.against.name,
    figure === undefined ? "failed" : `${shown(figure, metric.digits)} ${metric.title}`,
    found === undefined ? "" : interval(found, metric),
    String(found?.count ?? 0),
    ...(["server", "load"] as const).map((side) => {
      const busy = measurements.busy(row, side);
      return busy === undefined ? "" : `${shown(100 * busy, 0)} %`;
    }),
    floorCell(finding),
  ];
}

function floorCell(finding: Finding): string {
  const judged = verdictOf(finding);
  if (judged === undefined) return isNoise(finding.row) ? "noise" : "";
  const { bound, verdict } = judged;
  const most = finding.metric.better === "higher" ? "at least" : "at most";
  return `${most} ${bound}: ${verdict === "met" ? verdict : `**${verdict}**`}`;
}

/** Everyone beside raw: what the page on performance shows. */
function shortSection(all: readonly Finding[]): string[] {
  const besideRaw = all.filter(({ row }) =>
    row.against.name === "raw" && !isNoise(row) && SHORT.includes(row.workload.id)
  );
  const taken = SHORT.filter((id) => besideRaw.some(({ row }) => row.workload.id === id));
  const titles = new Map(besideRaw.map(({ row }) => [row.workload.id, row.workload.short]));
  const servers = new Map(besideRaw.map(({ row }) => [row.contender.id, row.contender]));
  const complete = [...servers.values()].flatMap((contender) => {
    const cells = taken.map((id) =>
      besideRaw.find(({ row }) => row.workload.id === id && row.contender.id === contender.id)
    );
    return cells.every((cell) => cell !== undefined) ? [{ contender, cells }] : [];
  });
  if (complete.length === 0) return [];
  const rows = complete.map(({ contender, cells }) => [
    titleOf(contender),
    ...cells.map(({ found, metric }) => short(found, metric)),
  ]);
  const pairs = (ours: boolean) => {
    const counts = complete.filter(({ contender }) => isOurs(contender) === ours)
      .flatMap(({ cells }) => cells.map(({ found }) => found?.count ?? 0));
    return counts.length === 0 ? 0 : Math.min(...counts);
  };
  return [
    "## In short",
    `Rows of edgesocket are of ${pairs(true)} pairs at the least, those of others of ${
      pairs(false)
    }.`,
    grid(["beside raw", ...taken.map((id) => titles.get(id)!)], rows),
  ];
}

/** A page with the short table of a report in place of its own first table. */
export function withShortTable(page: string, report: Report): string {
  const [short] = shortSection(findings(report)).slice(-1);
  return short === undefined ? page : page.replace(/(?:^\|.*\n)+/m, () => `${short}\n`);
}

function short(found: Interval | undefined, { compare, title }: Metric): string {
  if (found === undefined) return "failed";
  const { median } = found;
  if (compare === "ratio") return shown(median, 2);
  return `${median < 0 ? "" : "+"}${shown(median, 2)} ${title}`;
}

/** An interval with its middle. */
export function interval({ median, low, high }: Interval, { compare }: Metric): string {
  const sign = compare === "difference" && median > 0 ? "+" : "";
  return `${sign}${shown(median, 3)} (${shown(low, 3)} to ${shown(high, 3)})`;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => index === 0 ? "---" : "---:");
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
