import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";

/** Milliseconds that the last messages may take when the topics are closed. */
const CLOSING = 2_000;

/** Waits for what is under way when everything ends: not for long, and whatever becomes of it. */
export async function lastWords(
  clock: Clock,
  underWay: readonly Promise<unknown>[],
): Promise<void> {
  const late = new Deferred<void>();
  const stop = clock.after(CLOSING, () => late.resolve());
  await Promise.race([Promise.all(underWay).catch(() => {}), late.promise]);
  stop();
}
