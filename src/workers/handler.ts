import { WorkersAdapter } from "../adapters/workers.ts";
import { checkNames } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "../server/host_options.ts";
import { wrapFetch } from "../server/pipeline.ts";
import { ServerState } from "../server/server_state.ts";
import { checkCompression, type WorkersFetch } from "./fetch.ts";
import { letFinish } from "./lasting.ts";
import { sharedReports } from "./shared_reports.ts";

/** What is decided once for all routes of a Worker. Who counts connections is a Durable Object. */
export type WorkersOptions = Omit<HostOptions, "maxConnections">;

/** What `export default` takes in a Worker. */
export interface WorkersHandler {
  /** Answers a request; the runtime brings the bindings and its `ExecutionContext`. */
  fetch(request: Request, env?: unknown, context?: unknown): Response | Promise<Response>;
}

const OPTIONS = HOST_OPTIONS.filter((name) => name !== "maxConnections");

const STRANGE =
  "a message for a connection of another request was not sent: connections that talk to each other need a Durable Object";

/**
 * Wraps `fetch` for a Worker: the same verdict on opening handshakes, headers, events, containment
 * and limits as everywhere, for connections that have nothing to do with each other. A connection can
 * be used only by the request that opened it: topics, hubs and counts belong into a Durable Object.
 *
 * @example A Worker
 * ```ts
 * import { Hono } from "hono";
 * import { upgradeWebSocket } from "@edgesocket/edgesocket/hono";
 * import { handler } from "@edgesocket/edgesocket/workers";
 *
 * const app = new Hono();
 * app.get("/ws", upgradeWebSocket(() => ({
 *   onMessage: (event, connection) => connection.send(event.data),
 * })));
 * export default handler(app.fetch);
 * ```
 *
 * @param fetch Answers requests: `app.fetch` of Hono, or your own function.
 * @param options What is decided once for all routes. `maxBuffered` holds for each connection.
 * @returns What the module exports by default.
 * @throws {TypeError} If `fetch` is not a function or an option is of the wrong type.
 * @throws {RangeError} If an option is out of range.
 */
export function handler(fetch: WorkersFetch, options: WorkersOptions = {}): WorkersHandler {
  if (typeof fetch !== "function") {
    throw usageError("serve", "fetch to be a function (of Hono: app.fetch)", typeOf(fetch));
  }
  checkNames("handler", options, OPTIONS);
  const checked = checkHostOptions(options);
  checkCompression(checked);
  const onReport = sharedReports(options);
  return {
    fetch(request, env, context) {
      const adapter = new WorkersAdapter();
      // A server for each request: the runtime lets none of them touch what another one has opened,
      // its timers included.
      const state = new ServerState({ ...checked, onReport }, adapter);
      adapter.onStrange = () => state.ineffective("topics", STRANGE);
      const run = (request: Request, env: never) => {
        if (canWait(context)) letFinish(request, (work) => context.waitUntil(work));
        return fetch(request, env, context as never);
      };
      const answer = wrapFetch(run, state)(request, env);
      if (checked.limits.length > 0 && canWait(context) && request.headers.has("upgrade")) {
        // A client that leaves takes its request along, in the middle of the pipeline, and what is
        // counted for it would be counted for ever.
        context.waitUntil(Promise.resolve(answer).then(() => adapter.handedOver, () => {}));
      }
      return answer;
    },
  };
}

/** Whether it is an `ExecutionContext`: tests of an app may pass none. */
function canWait(context: unknown): context is { waitUntil(work: Promise<unknown>): void } {
  return typeof (context as { waitUntil?: unknown } | undefined)?.waitUntil === "function";
}
