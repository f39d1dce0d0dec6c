import { assertEquals } from "@std/assert";
import type { Report } from "../../src/server/report.ts";
import { sharedReports } from "../../src/workers/shared_reports.ts";

const report = (more: Partial<Report> = {}): Report => ({
  kind: "refused",
  cause: "403",
  count: 1,
  message: "expected another page",
  remoteAddress: "",
  ...more,
});

/** What is written to the console meanwhile. */
function warnings(task: () => void): unknown[] {
  const { warn } = console;
  const lines: unknown[] = [];
  console.warn = (line: unknown) => lines.push(line);
  try {
    task();
  } finally {
    console.warn = warn;
  }
  return lines;
}

Deno.test("many servers tell the same no more than once a minute", () => {
  const told: Report[] = [];
  const lines = warnings(() => {
    const onReport = sharedReports({ onReport: (report) => told.push(report) });
    for (let i = 0; i < 3; i++) onReport(report());
    onReport(report({ cause: "426", count: 7 }));
  });
  assertEquals([told, lines], [[report(), report({ cause: "426" })], []]);
});

Deno.test("without an onReport the console is told, but for refusals that somebody hears of", () => {
  const lines = warnings(() => {
    const onReport = sharedReports({});
    onReport(report());
    onReport(report());
  });
  assertEquals([lines.length, /403/.test(`${lines[0]}`)], [1, true]);
  const others = warnings(() => {
    const onReport = sharedReports({ onRefuse() {} });
    onReport(report());
    onReport(report({ kind: "closed", cause: "payload-too-large" }));
  });
  assertEquals([others.length, /payload-too-large/.test(`${others[0]}`)], [1, true]);
});
