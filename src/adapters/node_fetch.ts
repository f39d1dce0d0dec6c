import { isPromise } from "../base/contain.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import { refusal, refusalResponse } from "../handshake/verdict.ts";
import type { Fetch, ListeningServer } from "../server/adapter.ts";
import type { NodeIncoming, NodeOutgoing } from "./node_http.ts";
import type { NodeContext, Peers } from "./node_peers.ts";
import { type NodeUpgrade, upgradeOf } from "./node_upgrade.ts";

/** Answers one of Node's requests. */
export type RequestListener = (incoming: NodeIncoming, outgoing: NodeOutgoing) => Promise<void>;

/** What answering asks of whoever holds the upgrades. */
export interface Upgrades {
  /** The upgrade whose request is being made, in this very turn. */
  asking(): NodeUpgrade | undefined;
  /** Whether an answer with this status, other than 101, is for us to send. Then it can be sent. */
  mayAnswer(upgrade: NodeUpgrade, status: number): boolean;
  readonly report: ListeningServer["report"];
}

/** What makes no `Request`. */
const NO_URL = refusal(400, "expected a Host and a target that make a URL");

/** Makes of fetch what answers Node's requests, over `@hono/node-server`. */
export function requestListener(
  fetch: Fetch,
  { getRequestListener, RESPONSE_ALREADY_SENT }: Peers,
  { asking, mayAnswer, report }: Upgrades,
): RequestListener {
  const checked = (answer: Response | undefined): Response => {
    const status = typeof answer === "object" ? answer?.status : undefined;
    if (status !== undefined && status >= 200) return answer!;
    const got = status === undefined ? typeOf(answer) : `one with status ${status}`;
    report(usageError("answer a request", "a Response", got), undefined);
    return new Response("Internal Server Error\n", { status: 500 });
  };
  const settle = (upgrade: NodeUpgrade, response: Response): Response => {
    if (!mayAnswer(upgrade, response.status)) return RESPONSE_ALREADY_SENT;
    // A refusal that says `Connection: Upgrade` says that the connection ends, too.
    if (response.headers.has("connection")) response.headers.append("connection", "close");
    return response;
  };
  const answer = (request: Request, context: NodeContext): Response | Promise<Response> => {
    const upgrade = upgradeOf(context.incoming);
    upgrade?.carriedBy(request);
    const settled = (answer: Response): Response => {
      const response = checked(answer);
      return upgrade === undefined ? response : settle(upgrade, response);
    };
    const response = fetch(request, context);
    return isPromise(response) ? Promise.resolve(response).then(settled) : settled(response);
  };
  // Fetch never throws: only the making of a `Request` does.
  const errorHandler = () => {
    const upgrade = asking();
    const ours = upgrade === undefined || mayAnswer(upgrade, 400);
    return ours ? refusalResponse(NO_URL) : RESPONSE_ALREADY_SENT;
  };
  return getRequestListener(answer, { overrideGlobalObjects: false, errorHandler });
}
