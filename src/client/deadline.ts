import type { Clock } from "../base/clock.ts";
import { Cut } from "./cut.ts";

/** What the reason says where the server had its time. */
export const SILENT = "the server does not answer";

/** Milliseconds that a server has to answer, and a link to open. */
export const PATIENCE = 7_000;

/**
 * What a promise settles to, within milliseconds.
 *
 * @throws {Cut} If it takes longer.
 */
export function within<T>(
  clock: Clock,
  promise: T,
  milliseconds: number = PATIENCE,
): Promise<Awaited<T>> {
  let cancel!: () => void;
  const late = new Promise<never>((_, reject) =>
    cancel = clock.after(milliseconds, () => reject(new Cut(SILENT)))
  );
  return Promise.race([promise, late]).finally(cancel);
}
