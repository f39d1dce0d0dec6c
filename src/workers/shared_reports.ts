import { systemClock } from "../base/clock.ts";
import type { HostOptions } from "../server/host_options.ts";
import { reportLine } from "../server/report_line.ts";
import type { Report } from "../server/report.ts";
import { Reports } from "../server/reports.ts";

/**
 * What is told of limits and refusals by all requests of a Worker, each of which is a server of its
 * own: as on one server, no more than once a minute for each cause.
 *
 * @returns The `onReport` of those servers.
 */
export function sharedReports(
  { onReport, onRefuse }: Pick<HostOptions, "onReport" | "onRefuse">,
): (report: Report) => void {
  const reports = new Reports(systemClock, (report) => {
    if (onReport) onReport(report);
    else if (report.kind !== "refused" || onRefuse === undefined) console.warn(reportLine(report));
  });
  return ({ count: _, ...report }) => reports.add(report);
}
