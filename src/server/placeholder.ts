import type { PendingUpgrade } from "./request_state.ts";

/** The header of a placeholder that carries its token. It never gets to a client. */
export const TOKEN_HEADER = "edgesocket-upgrade";

/** What a placeholder is made from: the second argument of `new Response(null, …)`. */
export interface PlaceholderInit {
  readonly status: 101 | 204;
  readonly headers?: Headers;
}

let made = 0;

/**
 * A token for one placeholder, where its status alone would not tell it from other responses. It
 * need not be secret: it means something only for the request that it was made for.
 */
export function makeToken(status: 101 | 204): string | undefined {
  return status === 101 ? undefined : `${++made}`;
}

/** The response that stands for an upgrade while the pipeline runs, to be constructed. */
export function placeholderInit(
  status: 101 | 204,
  headers: Headers | undefined,
  token: string | undefined,
): PlaceholderInit {
  if (token === undefined) return headers === undefined ? { status } : { status, headers };
  const own = new Headers(headers);
  own.set(TOKEN_HEADER, token);
  return { status, headers: own };
}

/**
 * Whether what the pipeline returned still stands for the upgrade: the status and the token of this
 * very request. An error page that was made from copied headers has another status. The token is
 * taken off.
 */
export function claimPlaceholder(
  { status, headers }: Response,
  expected: 101 | 204,
  { token }: PendingUpgrade,
): boolean {
  if (status !== expected) return false;
  if (token === undefined) return true;
  if (headers.get(TOKEN_HEADER) !== token) return false;
  headers.delete(TOKEN_HEADER);
  return true;
}
