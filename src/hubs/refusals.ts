import { corsHeaders } from "./negotiation.ts";
import type { NoTicket } from "./tickets.ts";

/** The status and the words for a token that nobody may connect with. */
export function refusedToken(why: NoTicket): [status: number, message: string] {
  switch (why) {
    case "unknown":
      return [404, "No Connection with that ID"];
    case "stranger":
      return [403, "expected the user that has negotiated, got another one"];
    case "elsewhere":
      return [404, ELSEWHERE];
  }
}

/** What is said of connections that are none of this process. */
export const ELSEWHERE: string =
  "No Connection with that ID in this process, or no longer: long polling and stateful reconnect " +
  "need a load balancer that sends all requests of a client to the same process (sticky sessions)";

/**
 * Lets a page of an origin that may connect read an answer, and why it is refused: without the
 * headers for that, a browser tells its page of a network error, and of nothing else.
 */
export function readable(request: Request, response: Response): Response {
  for (const [name, value] of corsHeaders(request)) response.headers.set(name, value);
  return response;
}

/** Refuses a request of a client whose origin may connect. */
export function refused(
  request: Request,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
  return readable(request, response);
}
