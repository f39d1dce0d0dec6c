import { isOwn } from "./address.js";
import { explain } from "./refusal.js";

/** Milliseconds that a server may take to say why it did not open a WebSocket. */
const ANSWER = 4_000;

/** A browser does not tell a page why a WebSocket was refused, but our own servers do. */
export async function whyRefused(target, protocols) {
  const { host, pathname, search } = target;
  const path = pathname + search;
  const own = isOwn(target, location.href);
  const asked = { host, path, protocols, origin: location.origin, foreign: !own };
  const url = new URL("/verdict", target.href.replace(/^ws/, "http"));
  if (!own) url.searchParams.set("protocols", protocols.join(", "));
  try {
    const response = await fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER),
      ...(own && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path, protocols }),
      }),
    });
    const answer = await response.json();
    if (!own) answer.path ??= "/ws";
    return explain(answer, asked);
  } catch {
    return explain(undefined, asked);
  }
}
