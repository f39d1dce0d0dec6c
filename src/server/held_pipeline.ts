import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import type { Opening } from "../handshake/opening.ts";
import type { Fetch } from "./adapter.ts";
import { clearRequestState, setRequestState } from "./request_state.ts";
import type { ServerState } from "./server_state.ts";
import { completeUpgrade } from "./upgrade.ts";
import { watchIfSlow } from "./watch.ts";

/**
 * Runs a pipeline that lives as long as the connection that it accepts: the 101 goes out in the
 * middle of it, and the rest of it runs when the connection has ended.
 *
 * @param failed Reports what the pipeline threw, and makes a response of it.
 */
export async function holdPipeline(
  run: Fetch,
  request: Request,
  context: unknown,
  server: ServerState,
  opening: Opening,
  failed: (error: unknown) => Response,
): Promise<Response> {
  const answered = new Deferred<Response | PromiseLike<Response>>();
  /** The headers that went out with the 101. */
  let sent: Map<string, string> | undefined;

  const state = setRequestState(request, server, opening);
  state.hold = (pending, response) => {
    server.adapter.placeholder.claim(response, pending.token);
    sent = new Map(response.headers);
    const ended = new Deferred<void>();
    // The runtime gets the response itself, and nobody there shall wait.
    const copy = whenEnded(response.clone(), ended.promise);
    const init = { ...pending, ended: () => ended.resolve() };
    try {
      answered.resolve(completeUpgrade(server, request, context, init, response, state));
    } catch (error) {
      answered.resolve(failed(error));
    }
    return copy;
  };

  const pipeline = async () => await run(request, context);
  watchIfSlow(server.adapter, request, state);
  pipeline().then((response) => {
    if (sent === undefined) return answered.resolve(response);
    const late = tooLate(sent, response);
    if (late) server.report(late, undefined);
  }).catch((error) => answered.resolve(failed(error))).finally(() => clearRequestState(request));
  return await (await answered.promise);
}

/** A response that whoever awaits it gets only when `ended` has resolved. */
function whenEnded(response: Response, ended: Promise<void>): Response {
  const done = ended.then(() => {
    delete (response as { then?: unknown }).then;
    return response;
  });
  return Object.defineProperty(response, "then", {
    configurable: true,
    value: done.then.bind(done),
  });
}

/** What a pipeline did after the client had its answer. */
function tooLate(sent: Map<string, string>, { status, headers }: Response): Error | undefined {
  const task = "change the response of a held pipeline";
  if (status !== 101 && status !== 204) {
    return usageError(task, "nothing after the 101, which is out", `status ${status}`, Error);
  }
  for (const [name, value] of headers) {
    if (sent.get(name) === value) continue;
    return usageError(task, "headers before the 101, which is out", `"${name}" after it`, Error);
  }
}
