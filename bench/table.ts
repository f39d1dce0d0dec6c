import { floorOf, titleOf } from "./contenders.ts";
import { type Report, shown } from "./report.ts";
import type { Summary } from "./statistics.ts";
import { targets } from "./targets.ts";
import type { Metric, Workload } from "./workloads.ts";

/** The report in Markdown. */
export function table(report: Report): string {
  return [
    "# What a WebSocket costs",
    ...report.setting.map((line) => `- ${line}`),
    `Medians of ${report.rounds} interleaved rounds. Rates are per second of the server's own ` +
    'processor time. "Of raw" and "above raw" compare with the raw server of the same runtime ' +
    "in the same round; in brackets the quartiles of that. The last two columns show how busy the " +
    "two sides were.",
    ...targetSection(report),
    ...shortSection(report),
    ...report.workloads.flatMap((workload) => [
      `## ${workload.title}`,
      workload.metrics.length === 1
        ? comparison(report, workload, workload.metrics[0]!)
        : overview(report, workload),
    ]),
  ].join("\n\n").replaceAll("\n\n- ", "\n- ").replace("\n- ", "\n\n- ") + "\n";
}

/** One metric: each contender beside its floor. */
function comparison(report: Report, workload: Workload, metric: Metric): string {
  const { measurements } = report;
  const sides = metric.compare === "ratio" ? ["server", "load"] as const : [];
  const rows = included(report, workload).map((contender) => {
    const { id } = contender;
    const floor = floorOf(contender);
    const versus = measurements.comparison(workload.id, id, floor, metric);
    return [
      titleOf(contender),
      number(measurements.summary(workload.id, id, metric), metric.digits),
      versus && id !== floor ? spread(versus, metric) : "",
      ...sides.map((side) => percent(measurements.share(workload.id, id, side))),
    ];
  });
  const against = metric.compare === "ratio" ? "of raw" : "above raw";
  return grid(["server", metric.title, against, ...sides.map((side) => `${side} busy`)], rows);
}

/** Several metrics: their medians. */
function overview(report: Report, workload: Workload): string {
  const rows = included(report, workload).map((contender) => [
    titleOf(contender),
    ...workload.metrics.map((metric) =>
      number(report.measurements.summary(workload.id, contender.id, metric), metric.digits)
    ),
  ]);
  return grid(["server", ...workload.metrics.map(({ title }) => title)], rows);
}

function targetSection({ workloads, measurements }: Report): string[] {
  const rows = targets.flatMap(({ title, bound, contender, other, ...target }) => {
    const workload = workloads.find(({ id }) => id === target.workload);
    const metric = workload?.metrics.find(({ id }) => id === target.metric);
    if (workload === undefined || metric === undefined) return [];
    const found = measurements.comparison(workload.id, contender, other, metric);
    if (found === undefined) return [];
    const [least, met] = metric.compare === "ratio"
      ? ["at least", found.median >= bound]
      : ["at most", found.median <= bound];
    return [[title, `${least} ${bound}`, spread(found, metric), met ? "met" : "missed"]];
  });
  return rows.length === 0 ? [] : ["## Targets", grid(["", "target", "measured", ""], rows)];
}

/** Everyone beside raw, in one table: what README shows. */
function shortSection(report: Report): string[] {
  const columns = report.workloads.flatMap((workload) =>
    workload.short === undefined ? [] : [{ ...workload, short: workload.short }]
  );
  const rows = report.contenders.flatMap((contender) => {
    const floor = floorOf(contender);
    const takesPart = columns.every((workload) => workload.includes(contender));
    if (floor === contender.id || !takesPart) return [];
    return [[
      titleOf(contender),
      ...columns.map(({ id, metrics: [metric] }) => {
        const found = report.measurements.comparison(id, contender.id, floor, metric!);
        if (found === undefined) return "failed";
        return metric!.compare === "ratio"
          ? shown(found.median, 2)
          : `${found.median < 0 ? "" : "+"}${shown(found.median, 2)} ${metric!.title}`;
      }),
    ]];
  });
  if (rows.length === 0 || columns.length === 0) return [];
  return ["## In short", grid(["beside raw", ...columns.map(({ short }) => short)], rows)];
}

function included({ contenders }: Report, workload: Workload) {
  return contenders.filter((contender) => workload.includes(contender));
}

function spread({ median, low, high }: Summary, { compare }: Metric): string {
  const sign = compare === "difference" && median > 0 ? "+" : "";
  const digits = 2;
  return `${sign}${shown(median, digits)} (${shown(low, digits)} to ${shown(high, digits)})`;
}

function number(summary: Summary | undefined, digits: number): string {
  return summary ? shown(summary.median, digits) : "failed";
}

function percent(summary: Summary | undefined): string {
  return summary ? `${shown(100 * summary.median, 0)} %` : "";
}

function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => index === 0 ? "---" : "---:");
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
