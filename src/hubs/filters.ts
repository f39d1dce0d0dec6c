import type { ClientSide } from "../wire/contract.ts";
import type { HubContext } from "./context.ts";

/**
 * Runs around each call and around both events; the first one of the list is the outermost.
 *
 * @param context That of the call.
 * @param method Its name, or `onConnected` or `onDisconnected`.
 * @param next Goes on: to the next filter, and to the handler after the last. Resolves to what it
 * returns; for a stream that is what will be looped over.
 * @param args What the handler gets beside the context.
 * @returns What the call results in: what `next` resolves to, as a rule.
 */
export type HubFilter<User, C extends ClientSide> = (
  context: HubContext<User, C>,
  method: string,
  next: () => Promise<unknown>,
  args: readonly unknown[],
) => unknown;

/** A filter of whatever hub. */
export type AnyFilter = HubFilter<never, never>;

/** Runs a handler within its filters; without any, at once. */
export function filtered(
  filters: readonly AnyFilter[],
  context: unknown,
  method: string,
  args: readonly unknown[],
  run: () => unknown,
): unknown {
  let next = run;
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i]!;
    const inner = next;
    next = () => filter(context as never, method, () => promised(inner), args);
  }
  return next();
}

/**
 * Whatever is inside may throw at once: to a filter it is a rejection. One that first waits for
 * something else, or for nothing, does no harm to the process.
 */
function promised(inner: () => unknown): Promise<unknown> {
  const run = async () => await inner();
  const result = run();
  result.catch(() => {});
  return result;
}
