import { type Opening, openingOf } from "../handshake/opening.ts";

/** What a client of a network sends in its opening handshake. */
const OVER_A_NETWORK = ["connection", "sec-websocket-key", "sec-websocket-version"];

/**
 * The opening handshake of a request to a Worker or a Durable Object.
 *
 * One that a Worker makes itself, `stub.fetch(url, { headers: { Upgrade: "websocket" } })`, has no key
 * and needs none: nothing of it goes over a network.
 */
export function workersOpening(request: Request): Opening | undefined {
  const { headers } = request;
  // What names something else beside it is no WebSocket for the runtime, which would answer 500.
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return undefined;
  const opening = openingOf(request, () => addressOf(request));
  if (opening === undefined || OVER_A_NETWORK.some((name) => headers.has(name))) return opening;
  const { method, url, authority, fault } = opening;
  return {
    request,
    method,
    url,
    headers,
    authority,
    fault,
    httpVersion: 1,
    remoteAddress: opening.remoteAddress,
    checked: true,
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
