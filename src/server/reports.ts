import type { Clock } from "../base/clock.ts";
import type { Report } from "./report.ts";

/** Milliseconds between two reports of the same route and cause. */
const PERIOD = 60_000;

/** Pairs of route and cause that are told apart. */
const ENTRIES = 64;

interface Entry {
  /** When it was last told. */
  toldAt: number;
  /** How often it has happened since. */
  count: number;
  /** The last time that it did; `undefined` once it is told, so that nothing of it is kept. */
  last: Omit<Report, "count"> | undefined;
}

/**
 * What is told of limits and refusals: the first of each route and cause at once, then at most once a
 * minute, with their count, so that no client can fill a log.
 */
export class Reports {
  readonly #clock: Clock;
  readonly #tell: (report: Report) => void;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, tell: (report: Report) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** `route`: the same each time for the same route. */
  add(report: Omit<Report, "count">, route = ""): void {
    const kind = `${report.kind} ${report.cause} `;
    let key = kind + route;
    if (!this.#entries.has(key) && this.#entries.size >= ENTRIES) key = kind;
    const { toldAt = -Infinity, count = 0 } = this.#entries.get(key) ?? {};
    this.#entries.set(key, { toldAt, count: count + 1, last: report });
    this.flush();
  }

  /** Tells what is due; `all`: whatever has been counted. Forgets what has not happened for long. */
  flush(all = false): void {
    const now = this.#clock.now();
    for (const [key, { toldAt, count, last }] of this.#entries) {
      const due = now - toldAt >= PERIOD;
      if (last !== undefined && (all || due)) {
        this.#entries.set(key, { toldAt: now, count: 0, last: undefined });
        this.#tell({ ...last, count });
      } else if (due) {
        this.#entries.delete(key);
      }
    }
  }
}
