import type { HonoContext } from "./context.ts";

/**
 * A Hono middleware that answers WebSocket requests; `hc` sees the route as `$ws`.
 *
 * For a request that went on to the next handler it resolves to nothing; its type leaves that out,
 * because `hc` would not see a WebSocket route otherwise.
 */
export type UpgradeMiddleware = (
  c: HonoContext,
  next: () => Promise<void>,
) => Promise<UpgradeResponse>;

/** The response of an upgrade inside a handler; `hc` sees the route as `$ws`. */
export type UpgradeResponse = Response & {
  /** No data: for the types of `hc` only. */
  _data: Record<never, never>;
  /** For the types of `hc` only. */
  _status: 101;
  /** For the types of `hc` only. */
  _format: "ws";
};
