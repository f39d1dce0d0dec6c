import type { Clock } from "../base/clock.ts";
import { Cut } from "./cut.ts";

/** What the reason says where the server had its time. */
export const SILENT = "the server does not answer";

/**
 * What a promise settles to, within milliseconds.
 *
 * @throws {Cut} If it takes longer.
 */
export function within<T>(clock: Clock, milliseconds: number, promise: T): Promise<Awaited<T>> {
  let cancel!: () => void;
  const late = new Promise<never>((_, reject) =>
    cancel = clock.after(milliseconds, () => reject(new Cut(SILENT)))
  );
  return Promise.race([promise, late]).finally(() => cancel());
}
