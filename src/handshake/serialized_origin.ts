import { memoizeLast } from "../base/memoize.ts";

/** The parts of an origin, as `URL` names and writes them. */
export interface Origin {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

/**
 * Reads a serialized origin as RFC 6454 §6.2 writes it, or returns `undefined` for anything that
 * does not serialize to itself: `null`, lists, paths, user names, upper case, default ports.
 */
export const parseOrigin: (value: string) => Origin | undefined = memoizeLast((value) => {
  if (
    !/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/.test(value) ||
    !URL.canParse(value)
  ) return;
  const { origin, protocol, hostname, port, host } = new URL(value);
  // Schemes that the URL standard does not know (chrome-extension:, tauri:) have no origin of
  // their own there; those are compared as they are written.
  const serialized = origin === "null" ? `${protocol}//${host}` : origin;
  return serialized === value ? { protocol, hostname, port } : undefined;
});
