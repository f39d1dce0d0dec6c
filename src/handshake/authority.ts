import { memoizeLast } from "../base/memoize.ts";

/** Where a client wants to go: RFC 3986 §3.2 without the user. */
export interface Authority {
  /** Lower case; an IPv6 address in brackets and in its normal form. */
  readonly hostname: string;
  /** Without leading zeros; `""` if none is named. */
  readonly port: string;
}

/** What is sent in a `Host` header, stricter than RFC 3986 where no host name needs more. */
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{0,5}))?$/i;

/** Reads the value of a `Host` header; `undefined` if it names no host, or more than one. */
export const parseAuthority: (text: string) => Authority | undefined = memoizeLast((text) => {
  const match = AUTHORITY.exec(text);
  if (match === null || !URL.canParse(`http://${text}`)) return;
  const [, hostname = "", port = ""] = match;
  return {
    hostname: hostname.startsWith("[")
      ? new URL(`http://${hostname}`).hostname
      : hostname.toLowerCase(),
    port: port === "" ? "" : String(Number(port)),
  };
});

/** Whether a request's `url` is one. */
export const isURL: (text: string) => boolean = memoizeLast((text) => URL.canParse(text));

/**
 * The authority that a request was sent to, or `undefined` if it names none. A `Request` made by
 * hand has no `Host` header; its URL says it then.
 */
export function requestedAuthority(host: string | null, url: string): Authority | undefined {
  if (host !== null) return parseAuthority(host);
  return isURL(url) ? parseAuthority(new URL(url).host) : undefined;
}
