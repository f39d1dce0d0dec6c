/** What Linux tells of a process: processor time and memory, from outside, so that it costs it nothing. */

/** `USER_HZ` of Linux: what /proc counts in. */
const MICROSECONDS_PER_TICK = 10_000;

/** Microseconds of all threads, user and system, out of the text of /proc/<pid>/stat; see proc(5). */
export function processorTimeIn(stat: string): number {
  // The name of the program comes before it in brackets, and may have any letters.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}

/** Bytes of resident memory (RSS) out of the text of /proc/<pid>/status; see proc(5). */
export function memoryIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Microseconds that a process has taken so far. */
export async function processorTime(pid: number): Promise<number> {
  return processorTimeIn(await Deno.readTextFile(`/proc/${pid}/stat`));
}

/** Bytes of its memory. */
export async function memory(pid: number): Promise<number> {
  return memoryIn(await Deno.readTextFile(`/proc/${pid}/status`));
}

/**
 * The child of a process that has one.
 *
 * @throws {Error} If it has none.
 */
export async function childOf(pid: number): Promise<number> {
  const [child] = (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim().split(" ");
  if (child) return Number(child);
  throw new Error(`Cannot watch an engine: expected a child of process ${pid}, got none`);
}
