import { Deferred } from "../base/deferred.ts";
import type { Opening } from "../handshake/opening.ts";
import type { Admission } from "./admission.ts";
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
  admission: Admission | undefined,
  failed: (error: unknown) => Response,
): Promise<Response> {
  const answered = new Deferred<Response | PromiseLike<Response>>();
  /** The headers that went out with the 101. */
  let sent: Set<string> | undefined;

  const state = setRequestState(request, server, opening, admission);
  state.hold = (pending, response) => {
    server.adapter.placeholder.claim(response, pending.token);
    sent = linesOf(response.headers);
    const ended = new Deferred<void>();
    // The runtime gets the response itself, and nobody there shall wait.
    const copy = whenEnded(response.clone(), ended.promise);
    admission?.answered();
    const init = {
      ...pending,
      ended: () => ended.resolve(),
      released: () => admission?.ended(),
    };
    const complete = async () =>
      await completeUpgrade(server, request, context, init, response, state);
    answered.resolve(complete().catch(failed));
    return copy;
  };

  const pipeline = async () => await run(request, context);
  watchIfSlow(server.adapter, request, state);
  const done = pipeline().then((response) => {
    if (sent === undefined) return answered.resolve(response);
    const late = changeSince(sent, response);
    if (late) server.ineffective("holdPipeline", `${LATE}: ${late}`);
  }).catch((error) => answered.resolve(failed(error))).finally(() => {
    if (sent === undefined) admission?.ended();
    clearRequestState(request);
    server.held.delete(done);
  });
  server.held.add(done);
  return await (await answered.promise);
}

const LATE = "a held pipeline changed its response after the 101, which was out by then";

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

/** What a pipeline has changed since the client had its answer. */
function changeSince(sent: Set<string>, response: Response | undefined): string | undefined {
  if (response?.status !== 101 && response?.status !== 204) return `status ${response?.status}`;
  const line = [...linesOf(response.headers)].find((line) => !sent.has(line));
  // The name only: values may hold secrets.
  return line && `header ${line.slice(0, line.indexOf(":"))}`;
}

function linesOf(headers: Headers): Set<string> {
  return new Set([...headers].map(([name, value]) => `${name}: ${value}`));
}
