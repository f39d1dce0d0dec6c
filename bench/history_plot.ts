import type { Entry } from "./history.ts";
import { shown } from "./report.ts";
import { idOf, type Row } from "./row.ts";
import { document, fixed, text } from "./svg.ts";

/** Pixels. */
const WIDTH = 420;
const HEIGHT = 110;
const HEAD = 30;
const MARGIN = 24;
const AXIS = 44;

/** Runs that are shown at most: the last ones. */
const MOST = 40;

const STYLE = `
  .floor { stroke: #cf222e; stroke-dasharray: 4 3; }
  .spread, .path { stroke: #0969da; stroke-width: 1.5; fill: none; }
  .point { fill: #0969da; }
  .scale { text-anchor: end; fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    .floor { stroke: #f85149; }
    .spread, .path { stroke: #4493f8; }
    .point { fill: #4493f8; }
    .scale { fill: #9198a1; }
  }
`;

/** What each floor's figure was in each published run, oldest first. */
export function historyPlot(entries: readonly Entry[], rows: readonly Row[]): string {
  const shownEntries = entries.slice(-MOST);
  const panels = rows.flatMap((row) =>
    row.workload.metrics.flatMap((metric) => {
      const floor = row.floors[metric.id];
      if (floor === undefined) return [];
      const key = `${idOf(row)}/${metric.id}`;
      const title = `${row.contender.id} beside ${row.against.id}: ${row.workload.short}` +
        (metric.compare === "ratio" ? "" : `, ${metric.title} more`);
      return [{ key, floor, title }];
    })
  );
  const elements = panels.flatMap(({ key, floor, title }, index) =>
    panel(
      shownEntries,
      key,
      floor,
      title,
      MARGIN + index % 2 * (WIDTH + MARGIN),
      MARGIN + 20 + Math.floor(index / 2) * (HEIGHT + HEAD + MARGIN),
    )
  );
  const last = shownEntries.at(-1);
  const caption = "Published runs, oldest first" +
    (last ? `; the last one: ${last.date}, ${last.commit}` : "") +
    ". Dashed: the floor. Points of one kind of machine are joined.";
  return document(
    2 * WIDTH + 3 * MARGIN,
    MARGIN + 20 + Math.ceil(panels.length / 2) * (HEIGHT + HEAD + MARGIN),
    STYLE,
    [text(MARGIN, MARGIN, "note", caption), ...elements],
  );
}

function panel(
  entries: readonly Entry[],
  key: string,
  floor: number,
  title: string,
  left: number,
  top: number,
): string[] {
  const points = entries.flatMap(({ machine, rows: { [key]: row } }, index) =>
    row === undefined ? [] : [{ machine, index, median: row[0], low: row[1], high: row[2] }]
  );
  const values = [floor, ...points.flatMap(({ low, high }) => [low, high])];
  const room = Math.max(0.02, (Math.max(...values) - Math.min(...values)) * 0.1);
  const [least, most] = [Math.min(...values) - room, Math.max(...values) + room];
  const x = (index: number) => left + AXIS + (WIDTH - AXIS) * (index + 0.5) / entries.length;
  const y = (value: number) => top + HEAD + HEIGHT * (most - value) / (most - least);
  const path = points.map(({ machine, index, median }, at) =>
    `${machine === points[at - 1]?.machine ? "L" : "M"}${fixed(x(index))} ${fixed(y(median))}`
  ).join(" ");
  return [
    text(left, top + 14, "title", title),
    ...[floor, ...points.slice(-1).map(({ median }) => median)].map((value) =>
      text(left + AXIS - 6, y(value) + 4, "scale", shown(value, 2))
    ),
    `<line class="floor" x1="${fixed(left + AXIS)}" x2="${fixed(left + WIDTH)}" y1="${
      fixed(y(floor))
    }" y2="${fixed(y(floor))}"/>`,
    ...(path === "" ? [] : [`<path class="path" d="${path}"/>`]),
    ...points.flatMap(({ index, median, low, high }) => [
      `<line class="spread" x1="${fixed(x(index))}" x2="${fixed(x(index))}" y1="${
        fixed(y(low))
      }" y2="${fixed(y(high))}"/>`,
      `<circle class="point" cx="${fixed(x(index))}" cy="${fixed(y(median))}" r="3"/>`,
    ]),
  ];
}
