import { type Contender, floorOf, isOurs } from "./contenders.ts";
import { type Report, shown } from "./report.ts";
import type { Summary } from "./statistics.ts";
import type { Metric, Workload } from "./workloads.ts";

/** Pixels. */
const COLUMN = 440;
const LABEL = 150;
const BAR = 190;
const ROW = 20;
const HEAD = 40;
const MARGIN = 16;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 13px; }
  .note { fill: #59636e; }
  .label { text-anchor: end; }
  .other { fill: #afb8c1; }
  .floor { fill: #6e7781; }
  .ours { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  .one { stroke: #6e7781; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .other { fill: #59636e; }
    .floor { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .spread { stroke: #e6edf3; }
  }
`;

/** One bar: its middle and its spread, and what is written behind it. */
interface Bar {
  readonly contender: Contender;
  readonly value: Summary;
  readonly caption: string;
}

/** The report as a picture: a row for each workload, a column for each runtime with a floor. */
export function plot(report: Report): string {
  const panels: string[] = [];
  let top = MARGIN + 24;
  for (const workload of report.workloads) {
    const [metric] = workload.metrics;
    if (workload.metrics.length > 1 || metric === undefined) continue;
    const columns = (["bun", "deno"] as const).map((runtime) =>
      bars(report, workload, metric, runtime)
    ).filter((column) => column.length > 0);
    if (columns.length === 0) continue;
    panels.push(text(MARGIN, top + 14, "title", workload.title));
    panels.push(text(MARGIN, top + 30, "note", noteOf(metric)));
    columns.forEach((column, index) =>
      panels.push(panel(column, metric, MARGIN + index * COLUMN, top + HEAD))
    );
    top += HEAD + Math.max(...columns.map(({ length }) => length)) * ROW + 24;
  }
  const width = 2 * COLUMN + 2 * MARGIN;
  const caption = `${report.date}, medians and quartiles of ${report.rounds} interleaved rounds`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}">`,
    `<style>${STYLE}</style>`,
    text(MARGIN, MARGIN + 8, "note", caption),
    ...panels,
    "</svg>\n",
  ].join("\n");
}

function bars(
  { contenders, measurements }: Report,
  workload: Workload,
  metric: Metric,
  runtime: Contender["runtime"],
): Bar[] {
  return contenders.filter((contender) =>
    contender.runtime === runtime && workload.includes(contender)
  ).flatMap((contender) => {
    const found = metric.compare === "ratio"
      ? measurements.comparison(workload.id, contender.id, floorOf(contender)!, metric)
      : measurements.summary(workload.id, contender.id, metric);
    return found ? [{ contender, value: found, caption: shown(found.median, 2) }] : [];
  });
}

function panel(column: readonly Bar[], { compare }: Metric, left: number, top: number): string {
  const most = Math.max(1, ...column.map(({ value }) => value.high));
  const x = (value: number) => left + LABEL + BAR * value / most;
  const height = column.length * ROW;
  const one = compare === "ratio"
    ? [`<line class="one" x1="${x(1)}" x2="${x(1)}" y1="${top}" y2="${top + height}"/>`]
    : [];
  return [
    ...column.flatMap(({ contender, value, caption }, index) => {
      const middle = top + index * ROW + ROW / 2;
      return [
        text(left + LABEL - 8, middle + 4, "label", contender.name),
        `<rect class="${kindOf(contender)}" x="${left + LABEL}" y="${middle - 7}" ` +
        `width="${fixed(x(value.median) - left - LABEL)}" height="14"/>`,
        `<line class="spread" x1="${fixed(x(value.low))}" x2="${fixed(x(value.high))}" ` +
        `y1="${middle}" y2="${middle}"/>`,
        text(left + LABEL + BAR + 10, middle + 4, "value", caption),
      ];
    }),
    ...one,
  ].join("\n");
}

function noteOf({ title, compare }: Metric): string {
  return compare === "ratio"
    ? `${title} as a share of the same runtime's raw WebSocket; longer is better`
    : `${title}; shorter is better`;
}

function kindOf(contender: Contender): string {
  if (isOurs(contender)) return "ours";
  return contender.id === floorOf(contender) ? "floor" : "other";
}

function text(x: number, y: number, kind: string, content: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}">${escaped}</text>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
