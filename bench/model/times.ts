import type { Told } from "../load/members.ts";
import { processRates } from "./rates.ts";
import type { Run } from "./runs.ts";

/** How long a run takes. Milliseconds. */
export interface Times {
  /** For each process, in which more is said: runtimes compile what has run for long. */
  readonly before: number;
  /** After that, until what is measured is as it is for long. */
  readonly between: number;
  /** In which it is measured. */
  readonly window: number;
  /** In which what was said last arrives, and the last topics go quiet. */
  readonly after: number;
}

/** The share of what is said that may be heard sooner or later than in the window. */
const BEHIND = 0.1;

/** The share of the time that processes may wait for a core: beyond, they are hardly there. */
const STARVED = 0.7;

/** Milliseconds of warming up, however few the processes. */
export const LEAST = 1_000;

/** What published figures come from. */
export const FULL: Times = { before: 1_000, between: 1_000, window: 5_000, after: 1_200 };

/** Shows that all works. */
export const BRIEF: Times = { before: 200, between: 500, window: 1_500, after: 1_500 };

/**
 * Makes sure that as much was heard as was said, but for what was under way.
 *
 * @throws {Error} If processes fell behind: then they have done less than was said.
 */
export function keepsUp({ id }: Run, first: Told, last: Told): void {
  const [due, heard] = [last.due - first.due, last.heard - first.heard];
  if (Math.abs(due - heard) <= BEHIND * due) return;
  const got = `${heard} deliveries of ${due} in the window`;
  throw new Error(`Cannot count "${id}": expected processes that keep up, got ${got}`);
}

/**
 * Makes sure that processes had something of a core.
 *
 * @throws {Error} If they mostly waited for one: then messages come in heaps, and topics seem quiet.
 */
export function hasCores({ id }: Run, waited: number): void {
  if (waited <= STARVED) return;
  const got = `${Math.round(100 * waited)} %`;
  throw new Error(`Cannot count "${id}": expected to wait for a core at most 70 %, got ${got}`);
}

/** Microseconds of work a second to warm up with, about, of all processes; and by how much more is said. */
const WARM = 1e6;
const LOUDEST = 20;

/** How much more is said to warm up, so that it is some work, and not too much of it. */
export function warmUp({ processes, load }: Run): number {
  const { publishes, received, deliveries } = processRates(load, processes);
  const work = processes * (60 * publishes + 20 * received + 5 * deliveries);
  return work === 0 ? 1 : Math.min(LOUDEST, Math.max(1, WARM / work));
}
