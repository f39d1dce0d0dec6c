import { processorTime, schedule, wakes } from "./processes.ts";

/** What a process has done so far. */
export interface Done {
  /** Microseconds of a core. */
  readonly time: number;
  readonly wakes: number;
  /** Microseconds for which it could have run, and something else did. */
  readonly waited: number;
}

/** What a process has done so far whose threads may end. */
export async function lookAt(pid: number): Promise<Done> {
  const { waited } = await schedule(pid);
  return { time: await processorTime(pid), wakes: await wakes(pid), waited };
}

/** The same of an engine, whose threads do not end: finer, because it has little to do. */
export async function lookAtEngine(pid: number): Promise<Done> {
  const { ran, waited } = await schedule(pid);
  return { time: ran, wakes: await wakes(pid), waited };
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
