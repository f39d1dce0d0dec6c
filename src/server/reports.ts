import type { Clock } from "../base/clock.ts";
import type { Report } from "./report.ts";

/** Milliseconds between two reports of the same route and cause. */
const PERIOD = 60_000;

/** Routes that are told apart. Whoever makes its options anew for each request has any number. */
const ROUTES = 32;

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
  readonly #routes = new Map<object | undefined, Map<string, Entry>>();

  constructor(clock: Clock, tell: (report: Report) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** `route`: any object that is the same each time for the same route. */
  add(route: object | undefined, report: Omit<Report, "count">): void {
    if (!this.#routes.has(route) && this.#routes.size >= ROUTES) route = undefined;
    const causes = this.#routes.get(route) ?? new Map<string, Entry>();
    this.#routes.set(route, causes);
    const key = `${report.kind} ${report.cause}`;
    const { toldAt = -Infinity, count = 0 } = causes.get(key) ?? {};
    causes.set(key, { toldAt, count: count + 1, last: report });
    this.flush();
  }

  /** Tells what is due; `all`: whatever has been counted. Forgets what has not happened for long. */
  flush(all = false): void {
    const now = this.#clock.now();
    for (const [route, causes] of this.#routes) {
      for (const [key, entry] of causes) {
        const due = now - entry.toldAt >= PERIOD;
        const { last, count } = entry;
        if (last !== undefined && (all || due)) {
          causes.set(key, { toldAt: now, count: 0, last: undefined });
          this.#tell({ ...last, count });
        } else if (due) {
          causes.delete(key);
        }
      }
      if (causes.size === 0) this.#routes.delete(route);
    }
  }
}
