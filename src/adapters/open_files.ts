/** Connections at the same time where nobody knows how many the system allows. */
const UNKNOWN = 10_000;

/**
 * How many connections leave room for the other files of the process: nine tenths of its limit on
 * open files, less 64.
 *
 * @param limits What Linux says in `/proc/self/limits`; `undefined` where it cannot be read.
 */
export function connectionLimit(limits: string | undefined): number {
  const limit = limits?.match(/^Max open files +(\w+)/m)?.[1];
  if (limit === undefined) return UNKNOWN;
  if (limit === "unlimited") return Infinity;
  return Math.max(1, Math.floor(Number(limit) * 0.9) - 64);
}

/** Where Linux tells the limits of a process. */
export const LIMITS_FILE = "/proc/self/limits";
