import { corsHeaders } from "./negotiation.ts";

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
