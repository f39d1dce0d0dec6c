import { isOurs } from "./contenders.ts";
import { findings, type Report, shown } from "./report.ts";
import { type Finding, isNoise } from "./row.ts";
import { document, fixed, text } from "./svg.ts";
import type { Metric } from "./workload.ts";

/** Pixels. */
const COLUMN = 440;
const LABEL = 190;
const BAR = 170;
const ROW = 20;
const HEAD = 40;
const MARGIN = 16;

const STYLE = `
  .label { text-anchor: end; }
  .other { fill: #afb8c1; }
  .noise { fill: #6e7781; }
  .ours { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  .one { stroke: #6e7781; stroke-dasharray: 3 3; }
  @media (prefers-color-scheme: dark) {
    .other { fill: #59636e; }
    .noise { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .spread { stroke: #e6edf3; }
  }
`;

/** A finding that was made. */
type Bar = Finding & { readonly found: NonNullable<Finding["found"]> };

/** The report as a picture: a row for each workload, a column for each runtime. */
export function plot(report: Report): string {
  const besideRaw = findings(report).filter((finding): finding is Bar =>
    finding.row.against.name === "raw" && finding.row.workload.metrics.length === 1 &&
    finding.found !== undefined
  );
  const panels: string[] = [];
  let top = MARGIN + 24;
  for (const workload of new Set(besideRaw.map(({ row }) => row.workload))) {
    const bars = besideRaw.filter(({ row }) => row.workload === workload);
    const columns = (["bun", "deno"] as const).map((runtime) =>
      bars.filter(({ row }) => row.contender.runtime === runtime)
    );
    panels.push(text(MARGIN, top + 14, "title", `${workload.short}: ${workload.title}`));
    panels.push(text(MARGIN, top + 30, "note", noteOf(workload.metrics[0]!)));
    columns.forEach((column, index) =>
      panels.push(panel(column, MARGIN + index * COLUMN, top + HEAD))
    );
    top += HEAD + Math.max(...columns.map(({ length }) => length)) * ROW + 24;
  }
  const caption = `${report.date}; lines are 95 % confidence intervals of the medians`;
  return document(2 * COLUMN + 2 * MARGIN, top, STYLE, [
    text(MARGIN, MARGIN + 8, "note", caption),
    ...panels,
  ]);
}

function panel(column: readonly Bar[], left: number, top: number): string {
  const isRatio = column[0]?.metric.compare === "ratio";
  const most = Math.max(1, ...column.map(({ found }) => found.high));
  const x = (value: number) => left + LABEL + BAR * Math.max(0, value) / most;
  const height = column.length * ROW;
  const one = isRatio
    ? [`<line class="one" x1="${x(1)}" x2="${x(1)}" y1="${top}" y2="${top + height}"/>`]
    : [];
  return [
    ...column.flatMap(({ row, found }, index) => {
      const middle = top + index * ROW + ROW / 2;
      const name = isNoise(row) ? "raw, again" : row.contender.name;
      return [
        text(
          left + LABEL - 8,
          middle + 4,
          "label",
          `${name} (${runtimeOf(row.contender.runtime)})`,
        ),
        `<rect class="${kindOf(row)}" x="${left + LABEL}" y="${middle - 7}" ` +
        `width="${fixed(x(found.median) - left - LABEL)}" height="14"/>`,
        `<line class="spread" x1="${fixed(x(found.low))}" x2="${fixed(x(found.high))}" ` +
        `y1="${middle}" y2="${middle}"/>`,
        text(left + LABEL + BAR + 10, middle + 4, "value", shown(found.median, 2)),
      ];
    }),
    ...one,
  ].join("\n");
}

function runtimeOf(runtime: Bar["row"]["contender"]["runtime"]): string {
  return runtime === "bun" ? "Bun" : "Deno";
}

function noteOf({ title, compare }: Metric): string {
  return compare === "ratio"
    ? `${title} as a share of the same runtime's raw WebSocket; longer is better`
    : `${title} more than the same runtime's raw WebSocket; shorter is better`;
}

function kindOf(row: Bar["row"]): string {
  if (isNoise(row)) return "noise";
  return isOurs(row.contender) ? "ours" : "other";
}
