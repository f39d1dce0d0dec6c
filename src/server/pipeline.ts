import { isPromise } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import type { Admission } from "./admission.ts";
import type { Fetch } from "./adapter.ts";
import {
  clearRequestState,
  isWrapped,
  type RequestState,
  setRequestState,
} from "./request_state.ts";
import type { ServerState } from "./server_state.ts";
import { completeUpgrade } from "./upgrade.ts";
import { watchIfSlow } from "./watch.ts";

/** What a server answers a request with. `context` is what the runtime passes beside the request. */
export type FetchHandler = (
  request: Request,
  context: never,
) => Response | Promise<Response>;

const INSIDE =
  "a handler inside of another server has options, which have no effect: write them into those of the outer one";

/**
 * Wraps `fetch`: every request finds its server, upgrades happen after the whole pipeline and with
 * its headers, and nothing that it throws reaches the listener.
 *
 * @throws {TypeError} If `fetch` is not a function.
 */
export function wrapFetch(fetch: FetchHandler, server: ServerState): Fetch {
  if (typeof fetch !== "function") {
    throw usageError("serve", "fetch to be a function (of Hono: app.fetch)", typeof fetch);
  }
  const run = fetch as Fetch;
  const { adapter, options: { holdPipeline: held, given } } = server;

  const failed = (error: unknown): Response => {
    server.report(error, undefined);
    return new Response("Internal Server Error\n", { status: 500 });
  };
  /** Goes on with what the pipeline has answered to an opening handshake. */
  const finish = (
    request: Request,
    context: unknown,
    state: RequestState,
    response: Response,
  ): Response | Promise<Response> => {
    const { pending, admission } = state;
    state.pending = undefined;
    admission?.answered();
    if (pending && adapter.placeholder.claim(response, pending.token)) {
      const init = admission ? { ...pending, released: admission.ended } : pending;
      return completeUpgrade(server, request, context, init, response, state);
    }
    admission?.ended();
    return response;
  };
  /** Waits for what `finish` makes of an answer: an upgrade that takes its time, as a pipeline does. */
  const finishLater = async (
    request: Request,
    state: RequestState,
    done: PromiseLike<Response>,
  ): Promise<Response> => {
    watchIfSlow(adapter, request, state);
    try {
      return await done;
    } catch (error) {
      state.admission?.ended();
      return failed(error);
    } finally {
      clearRequestState(request);
    }
  };

  return (request, context) => {
    // Wrapped twice: the outer one sees to everything.
    if (isWrapped(request)) {
      if (given) server.ineffective("handler", INSIDE);
      return run(request, context);
    }
    let admission: Admission | undefined;
    try {
      const opening = adapter.opening(request, context);
      if (opening) server.began(request);
      const fault = opening?.fault ?? server.misdirected(request, opening);
      if (fault) return server.refuse(request, fault, opening?.remoteAddress);
      const admitted = opening && server.admit(opening);
      if (admitted && "kind" in admitted) {
        return server.refuse(request, admitted, opening.remoteAddress);
      }
      admission = admitted;
      if (opening !== undefined && held) {
        return import("./held_pipeline.ts").then(({ holdPipeline }) =>
          holdPipeline(run, request, context, server, opening, admission, failed)
        );
      }
      const beside = opening === undefined ? context : undefined;
      const state = setRequestState(request, server, opening, admission, beside);
      const answer = run(request, context);
      if (opening === undefined) {
        return isPromise(answer) ? Promise.resolve(answer).catch(failed) : answer;
      }
      const done = isPromise(answer)
        ? Promise.resolve(answer).then((response) => finish(request, context, state, response))
        : finish(request, context, state, answer);
      if (isPromise(done)) return finishLater(request, state, done);
      clearRequestState(request);
      return done;
    } catch (error) {
      admission?.ended();
      clearRequestState(request);
      return failed(error);
    }
  };
}
