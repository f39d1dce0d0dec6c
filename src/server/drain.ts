import { Deferred } from "../base/deferred.ts";
import type { Registry } from "../connection/registry.ts";
import type { Shutdown } from "./shutdown_options.ts";

/** Milliseconds between two steps. */
const STEP = 100;

/**
 * Closes the connections of a server in random order, as many in each step as it takes to be done
 * when the time is over.
 *
 * @param hurry Ends it at once when it aborts: who is left is left to the caller.
 * @returns Resolves when the time is over, or nobody is left.
 */
export async function drain(
  registry: Registry,
  { drain, code }: Shutdown,
  hurry: AbortSignal,
): Promise<void> {
  if (hurry.aborted) return;
  const { clock } = registry;
  const entries = shuffle([...registry.entries]);
  const { length } = entries;
  const start = clock.now();
  const done = new Deferred<void>();
  const stop = clock.every(STEP, () => {
    if (registry.size === 0) return done.resolve();
    const passed = clock.now() - start;
    const due = Math.min(length, Math.floor(length * passed / drain));
    while (length - entries.length < due) entries.pop()!.shutdown(code);
    if (passed >= drain) done.resolve();
  });
  hurry.addEventListener("abort", () => done.resolve());
  if (length === 0) done.resolve();
  await done.promise;
  stop();
}

/** Fisher and Yates. */
function shuffle<T>(all: T[]): T[] {
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other]!, all[last]!];
  }
  return all;
}
