/** What Linux tells of a process: processor time and how often it is woken, from outside, so that it costs it nothing. */

/** `USER_HZ` of Linux: what /proc counts in. */
const MICROSECONDS_PER_TICK = 10_000;

/** Microseconds of all threads, user and system, out of the text of /proc/<pid>/stat; see proc(5). */
export function processorTimeIn(stat: string): number {
  // The name of the program comes before it in brackets, and may have any letters.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}

/**
 * How often the first thread of a process had nothing more to do and was woken again, out of the text
 * of /proc/<pid>/status; see proc(5).
 */
export function wakesIn(status: string): number {
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
}

/** What a thread has had of the processor, and what it had to wait for it. Microseconds. */
export interface Schedule {
  readonly ran: number;
  readonly waited: number;
}

/** The same out of the text of /proc/<pid>/task/<tid>/schedstat, which counts in nanoseconds. */
export function scheduleIn(schedstat: string): Schedule {
  const [ran, waited] = schedstat.split(" ").map(Number);
  return { ran: ran! / 1e3, waited: waited! / 1e3 };
}

/**
 * What all threads of a process have had so far: finer than `processorTime`, for processes whose
 * threads do not end.
 */
export async function schedule(pid: number): Promise<Schedule> {
  let [ran, waited] = [0, 0];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`).catch(() => "0 0");
    const thread = scheduleIn(text);
    ran += thread.ran;
    waited += thread.waited;
  }
  return { ran, waited };
}

/** Microseconds that a process has taken so far. */
export async function processorTime(pid: number): Promise<number> {
  return processorTimeIn(await Deno.readTextFile(`/proc/${pid}/stat`));
}

/** How often it was woken so far. */
export async function wakes(pid: number): Promise<number> {
  return wakesIn(await Deno.readTextFile(`/proc/${pid}/status`));
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
