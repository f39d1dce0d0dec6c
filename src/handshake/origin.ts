import { checkOption } from "../base/options.ts";
import { quote } from "../base/quote.ts";
import { answerError, usageError } from "../base/usage_error.ts";
import type { Opening } from "./opening.ts";
import { originPattern } from "./origin_pattern.ts";
import { parseAuthority } from "./authority.ts";
import { type Origin, parseOrigin } from "./serialized_origin.ts";

/**
 * Judges the `Origin` of a browser. Called with an origin that is well formed and not `null`.
 *
 * Must answer at once: what needs waiting belongs in middleware before the route.
 */
export type OriginFunction = (origin: string, request: Request) => boolean;

/** Which browser pages may open a WebSocket. */
export interface OriginOptions {
  /**
   * `"same-origin"`: only pages of this very host and port, as the `Host` header names them; pages
   * of plain http only if the request came by plain http too.
   *
   * A list: only pages of these origins, written as browsers send them: `"https://app.example"`,
   * `"http://localhost:5173"`, `"https://*.app.example"` for every subdomain (not `app.example`
   * itself), and `"same-origin"` for this host.
   *
   * A function: decides itself.
   *
   * @default {"same-origin"}
   */
  readonly origin?: "same-origin" | readonly string[] | OriginFunction | undefined;
  /**
   * Refuse requests without an `Origin` header too, which do not come from browsers.
   *
   * @default {false}
   */
  readonly requireOrigin?: boolean | undefined;
  /**
   * Let every page of every site connect, with the cookies of its visitor.
   *
   * @default {false}
   */
  readonly dangerouslyAllowAnyOrigin?: boolean | undefined;
  /**
   * Believe the `X-Forwarded-Host` and `X-Forwarded-Proto` headers (the last value of each, and no
   * other header) when `"same-origin"` is judged. Only behind a proxy that sets or removes both.
   *
   * @default {false}
   */
  readonly trustProxy?: boolean | undefined;
}

/** Returns why the request is refused, or `undefined` if its origin may connect. */
export type OriginRule = (opening: Opening) => string | undefined;

type Matcher = (origin: Origin, serialized: string, opening: Opening) => boolean;

/**
 * Turns the options into a rule.
 *
 * @throws {TypeError} If an entry of the list is not an origin.
 */
export function originRule(options: OriginOptions): OriginRule {
  const {
    origin: option = "same-origin",
    requireOrigin: required = false,
    dangerouslyAllowAnyOrigin: everyOrigin = false,
    trustProxy = false,
  } = options;
  checkOption("requireOrigin", required, "boolean");
  checkOption("dangerouslyAllowAnyOrigin", everyOrigin, "boolean");
  checkOption("trustProxy", trustProxy, "boolean");
  if (everyOrigin && options.origin !== undefined) {
    throw usageError("use option dangerouslyAllowAnyOrigin", "no origin beside it", "both");
  }
  const allows = matcher(option, trustProxy);

  return (opening) => {
    const value = opening.headers.get("origin");
    if (value === null) return required ? "expected an Origin header, got none" : undefined;
    if (everyOrigin) return undefined;
    const origin = parseOrigin(value);
    if (origin === undefined) {
      return `expected one serialized origin in the Origin header, got ${quote(value)}`;
    }
    return allows(origin, value, opening)
      ? undefined
      : `expected an origin that may connect here, got ${quote(value)}`;
  };
}

function matcher(
  origin: NonNullable<OriginOptions["origin"]>,
  trustProxy: boolean,
): Matcher {
  if (typeof origin === "function") return answerOf(origin);
  if (origin === "same-origin") return sameOrigin(trustProxy);
  if (!Array.isArray(origin)) {
    // A string that is no origin has more wrong with it than the missing brackets.
    if (typeof origin === "string") originPattern(origin);
    throw usageError(
      "use option origin",
      `"same-origin", a list of origins or a function`,
      `${typeof origin === "string" ? `"${origin}", write ["${origin}"]` : typeof origin}`,
    );
  }
  const matchers = origin.map((entry) =>
    entry === "same-origin" ? sameOrigin(trustProxy) : originPattern(entry)
  );
  return (parsed, serialized, opening) =>
    matchers.some((allows) => allows(parsed, serialized, opening));
}

function answerOf(origin: OriginFunction): Matcher {
  return (_, serialized, { request }) => {
    const allowed: unknown = origin(serialized, request);
    if (typeof allowed === "boolean") return allowed;
    throw answerError("judge the origin", "true or false from the origin function", allowed);
  };
}

/**
 * The page's host and port are those the client asked for, and its scheme is no weaker than the
 * connection's. An https page may reach us over plain http: that is TLS ended at a proxy.
 */
function sameOrigin(trustProxy: boolean): Matcher {
  return (origin, _, { headers, url, authority }) => {
    if (origin.protocol !== "http:" && origin.protocol !== "https:") return false;
    const forwarded = (name: string) => trustProxy ? lastOf(headers.get(name)) : undefined;
    const scheme = forwarded("x-forwarded-proto") ?? url;
    if (/^(https|wss)(:|$)/i.test(scheme) && origin.protocol !== "https:") return false;
    const host = forwarded("x-forwarded-host");
    const target = host === undefined ? authority : parseAuthority(host);
    return target !== undefined && target.hostname === origin.hostname &&
      withoutDefault(target.port, origin.protocol) === origin.port;
  };
}

/** A port as URLs write it: `""` for the scheme's default. */
function withoutDefault(port: string, scheme: string): string {
  return port === (scheme === "https:" ? "443" : "80") ? "" : port;
}

function lastOf(list: string | null): string | undefined {
  return list?.slice(list.lastIndexOf(",") + 1).trim();
}
