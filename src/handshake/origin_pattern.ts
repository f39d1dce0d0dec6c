import { usageError } from "../base/usage_error.ts";
import { type Origin, parseOrigin } from "./serialized_origin.ts";

/** Whether an origin, parsed and as it was sent, is one of those that a pattern stands for. */
export type OriginPattern = (origin: Origin, serialized: string) => boolean;

const EXPECTED = 'an origin such as "https://app.example" or "https://*.app.example"';

/** Whole labels of a host name: none of them empty. */
const LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * Reads one entry of a list of origins.
 *
 * @throws {TypeError} If it is not an origin; the message says what to write instead.
 */
export function originPattern(entry: unknown): OriginPattern {
  if (typeof entry !== "string") {
    throw usageError("use option origin", `${EXPECTED}`, typeof entry);
  }
  const wildcard = /^([a-z][a-z0-9+.-]*:\/\/)\*\.(.*)$/.exec(entry);
  const parsed = parseOrigin(wildcard ? `${wildcard[1]}${wildcard[2]}` : entry);
  if (
    parsed === undefined || /^wss?:$/.test(parsed.protocol) ||
    (wildcard && !hasSubdomains(parsed.hostname))
  ) {
    throw usageError("use option origin", `${EXPECTED}`, `"${entry}"${hint(entry)}`);
  }
  if (!wildcard) return (_, serialized) => serialized === entry;
  const suffix = `.${parsed.hostname}`;
  return ({ protocol, hostname, port }) =>
    protocol === parsed.protocol && port === parsed.port && hostname.endsWith(suffix) &&
    LABELS.test(hostname.slice(0, -suffix.length));
}

/** Whether a host is an IP address, which has no labels in front of it. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^[0-9.]+$/.test(hostname);
}

/** Whether there may be a wildcard before a host: all of `.com` are no pages of one owner. */
function hasSubdomains(hostname: string): boolean {
  return !isAddress(hostname) && (hostname.includes(".") || hostname === "localhost");
}

/** What the author of a wrong entry most likely meant. */
function hint(entry: string): string {
  if (/^([a-z]+:\/\/)?\*$/.test(entry)) {
    return ": to let every site connect, set dangerouslyAllowAnyOrigin: true";
  }
  if (entry.endsWith(":*")) return ": write each port, or a function that judges the origin";
  if (entry === "null") return ", which any page can send from a sandboxed frame";
  const local = /^(localhost|127\.|\[::1\])/.test(entry);
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(entry)
    ? entry.replace(/^ws(s?):/i, "http$1:")
    : `${local ? "http" : "https"}://${entry}`;
  const [scheme, rest] = candidate.split("://*.", 2);
  const plain = rest === undefined ? candidate : `${scheme}://${rest}`;
  if (!URL.canParse(plain)) return "";
  const { origin, hostname } = new URL(plain);
  if (parseOrigin(origin) === undefined) return "";
  if (rest !== undefined && !isAddress(hostname) && !hasSubdomains(hostname)) {
    return `: write each host, because every page under ${hostname} could connect`;
  }
  const meant = rest === undefined || isAddress(hostname) ? origin : origin.replace("://", "://*.");
  return meant === entry ? "" : `: write "${meant}"`;
}
