import { type Opening, openingOf } from "../handshake/opening.ts";
import { refusal } from "../handshake/verdict.ts";

/**
 * The opening handshake of a request to a Worker or a Durable Object.
 *
 * One that a Worker makes itself, `stub.fetch(url, { headers: { Upgrade: "websocket" } })`, has
 * neither key nor version, and needs none: nothing of it goes over a network. `Connection` is between
 * two hops only; the runtime does without it (workerd 1.20260426), so that an edge may leave it out.
 *
 * @param longest Characters that a URL may have, where it has to be kept.
 */
export function workersOpening(request: Request, longest = Infinity): Opening | undefined {
  const { headers, url } = request;
  // What names something else beside it is no WebSocket for the runtime, which would answer 500.
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return undefined;
  const fault = url.length > longest
    ? refusal(400, `expected a URL of ${longest} characters at most, got ${url.length}`)
    : undefined;
  const opening = openingOf(request, () => addressOf(request), fault)!;
  const checked = !headers.has("sec-websocket-key") && !headers.has("sec-websocket-version");
  if (!checked && headers.has("connection")) return opening;
  const complete = new Headers(headers);
  complete.set("connection", "Upgrade");
  return {
    request,
    method: opening.method,
    url,
    headers: complete,
    authority: opening.authority,
    fault: opening.fault,
    httpVersion: 1,
    remoteAddress: opening.remoteAddress,
    checked,
  };
}

/**
 * The address of the client, which Cloudflare writes there, whatever the client has sent.
 *
 * Source: https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip
 */
export function addressOf({ headers }: Request): string {
  return headers.get("cf-connecting-ip") ?? "";
}
