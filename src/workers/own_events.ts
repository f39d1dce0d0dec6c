import { isPromise } from "../base/contain.ts";
import { usageError } from "../base/usage_error.ts";
import { SHUTTING_DOWN } from "../connection/connection_view.ts";
import { requestState } from "../server/request_state.ts";
import type { WorkersFetch } from "./fetch.ts";

/**
 * Answers requests as `fetch` does, but accepts no connection of a hub where objects may sleep: its
 * calls, groups and users end with the process, and nothing can bring them back.
 */
export function ownEvents(fetch: WorkersFetch): WorkersFetch {
  return (request, env, context) => {
    const answer = fetch(request, env, context);
    if (!isPromise(answer)) return checked(request, answer);
    return answer.then((response) => checked(request, response));
  };
}

function checked(request: Request, response: Response): Response {
  const events = requestState(request)?.pending?.events;
  if (events === undefined || !(SHUTTING_DOWN in events)) return response;
  throw usageError(
    "let a connection sleep",
    "events of your own (a hub needs a Durable Object without hibernate)",
    "those of a hub",
    Error,
  );
}
