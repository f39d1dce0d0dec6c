/** The most memory that a process has held since it was last asked: runs in servers. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const STATUS = "/proc/self/status";

/** What proc(5) names to forget the peak. */
const FORGET = "5";

/** Begins anew: the peak is what is resident now. Where there is no /proc, nothing happens. */
export function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", FORGET);
  } catch {
    // Not Linux: what is resident at the end has to do.
  }
}

/** Bytes that were resident at the most since then. */
export function peak(): number {
  const { rss } = process.memoryUsage();
  try {
    return Math.max(rss, peakIn(readFileSync(STATUS, "utf8")) ?? 0);
  } catch {
    return rss;
  }
}

/** The bytes that the text of /proc/self/status names. */
export function peakIn(status: string): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1_024;
}
