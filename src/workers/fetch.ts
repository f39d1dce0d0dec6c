import type { CheckedHostOptions } from "../server/host_options.ts";
import { usageError } from "../base/usage_error.ts";

/**
 * Answers requests: `app.fetch` of Hono, or your own function. `env` has the bindings of the Worker;
 * `context` is the `ExecutionContext` of a Worker, or the state of a Durable Object, both of which
 * have `waitUntil`.
 */
export type WorkersFetch = (
  request: Request,
  env: never,
  context: never,
) => Response | Promise<Response>;

/**
 * Checks what can be said before there is a server, when the module is loaded.
 *
 * @throws {TypeError} If messages shall be compressed, which the runtime decides by itself.
 */
export function checkCompression({ compression }: CheckedHostOptions): void {
  if (compression === undefined) return;
  throw usageError("use option compression", "a runtime that compresses", "Cloudflare Workers");
}
