/** The time of the core that a process is pinned to: runs in servers and in the load generators. */
import { readFileSync } from "node:fs";
import process from "node:process";

/** `USER_HZ` of Linux: what /proc counts in. */
const MICROSECONDS_PER_TICK = 10_000;

/** What a process has used, and what its core has not. Microseconds, since whenever. */
export interface Usage {
  /** Processor time of the process, all threads. */
  readonly cpu: number;
  readonly clock: number;
  /** Time in which nobody used the core; `undefined` where processes are not pinned to one. */
  readonly idle?: number | undefined;
}

/** The usage up to now. `BENCH_CORE` names the core. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, clock: performance.now() * 1000, idle: idleTime() };
}

function idleTime(): number | undefined {
  const core = process.env["BENCH_CORE"];
  if (core === undefined) return undefined;
  return idleIn(readFileSync("/proc/stat", "utf8"), core);
}

/** Microseconds that a core was idle, out of the text of /proc/stat; its fields are those of proc(5). */
export function idleIn(stat: string, core: string): number | undefined {
  const fields = new RegExp(`^cpu${core} (.*)$`, "m").exec(stat)?.[1]?.split(" ").map(Number);
  if (fields === undefined) return undefined;
  const [idle, waiting] = [fields[3]!, fields[4]!];
  return (idle + waiting) * MICROSECONDS_PER_TICK;
}

/** How a process fared between two looks. */
export interface Share {
  /** The share of a core that it used. */
  readonly busy: number;
  /**
   * The share of its core that was its own to use: what it used and what nobody did. The rest went to
   * other processes, or to other machines on the same processor. `undefined` if nobody can tell.
   */
  readonly had?: number | undefined;
}

/** The share between two looks. */
export function shareBetween(before: Usage, after: Usage): Share {
  const clock = after.clock - before.clock;
  const busy = (after.cpu - before.cpu) / clock;
  if (before.idle === undefined || after.idle === undefined) return { busy };
  return { busy, had: Math.min(1, busy + (after.idle - before.idle) / clock) };
}
