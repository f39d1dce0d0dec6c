/**
 * Judges the `Origin` of a browser. Called with an origin that is well formed and not `null`.
 *
 * Must answer at once: what needs waiting belongs in middleware before the route.
 */
export type OriginFunction = (origin: string, request: Request) => boolean;

/** Which browser pages may open a WebSocket. */
export interface OriginOptions {
  /**
   * `"same-origin"`: only pages of this very host.
   *
   * A list: only pages of these origins, written as browsers send them: `"https://client.com"`,
   * `"http://localhost:5173"`, `"https://*.client.com"` for every subdomain (not `client.com`
   * itself), and `"same-origin"` for this host.
   *
   * A function: decides itself.
   *
   * @default {"same-origin"}
   */
  readonly origin?: "same-origin" | readonly string[] | OriginFunction;
  /**
   * Refuse requests without an `Origin` header too, which do not come from browsers.
   *
   * @default {false}
   */
  readonly requireOrigin?: boolean;
  /**
   * Let every page of every site connect, with the cookies of its visitor.
   *
   * @default {false}
   */
  readonly dangerouslyAllowAnyOrigin?: boolean;
  /**
   * Believe the `X-Forwarded-Host` and `X-Forwarded-Proto` headers (the last value of each) when
   * `"same-origin"` is judged. Only behind a proxy that sets or removes both.
   *
   * @default {false}
   */
  readonly trustProxy?: boolean;
}

/** Returns why the request is refused, or `undefined` if its origin may connect. */
export type OriginRule = (request: Request) => string | undefined;

type Matcher = (origin: URL, serialized: string, request: Request) => boolean;

const EXPECTED = 'an origin such as "https://client.com" or "https://*.client.com"';

/**
 * Turns the options into a rule.
 *
 * @throws {TypeError} If an entry of the list is not an origin.
 */
export function originRule(options: OriginOptions): OriginRule {
  for (
    const name of [
      "requireOrigin",
      "dangerouslyAllowAnyOrigin",
      "trustProxy",
    ] as const
  ) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean") {
      throw new TypeError(
        `Cannot use option ${name}: expected true or false, got ${typeof value}`,
      );
    }
  }
  if (options.dangerouslyAllowAnyOrigin) return () => undefined;
  const allows = matcher(
    options.origin ?? "same-origin",
    options.trustProxy ?? false,
  );
  const required = options.requireOrigin ?? false;

  return (request) => {
    const value = request.headers.get("origin");
    if (value === null) {
      return required ? "expected an Origin header, got none" : undefined;
    }
    const origin = parseOrigin(value);
    if (origin === undefined) {
      return "expected one serialized origin in the Origin header";
    }
    return allows(origin, value, request)
      ? undefined
      : "the page's origin is not allowed to connect here";
  };
}

/**
 * Reads a serialized origin as RFC 6454 §6.2 writes it, or returns `undefined` for anything that
 * does not serialize to itself: `null`, lists, paths, user names, upper case, default ports.
 */
export function parseOrigin(value: string): URL | undefined {
  if (
    !/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._:[\]-]+$/.test(value) ||
    !URL.canParse(value)
  ) return;
  const url = new URL(value);
  // Schemes that the URL standard does not know (chrome-extension:, tauri:) have no origin of
  // their own there; those are compared as they are written.
  const serialized = url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  return serialized === value ? url : undefined;
}

function matcher(
  origin: NonNullable<OriginOptions["origin"]>,
  trustProxy: boolean,
): Matcher {
  if (typeof origin === "function") {
    return (_, serialized, request) => {
      const allowed: unknown = origin(serialized, request);
      if (typeof allowed === "boolean") return allowed;
      throw new TypeError(
        `Cannot judge the origin: the origin function must return true or false, got ${
          allowed instanceof Promise
            ? "a Promise (wait in middleware before the route)"
            : typeof allowed
        }`,
      );
    };
  }
  if (origin === "same-origin") return sameOrigin(trustProxy);
  if (!Array.isArray(origin)) {
    throw new TypeError(
      `Cannot use option origin: expected "same-origin", a list of origins or a function, got ${
        typeof origin === "string" ? `"${origin}", write ["${origin}"]` : typeof origin
      }`,
    );
  }
  const matchers = origin.map((entry) =>
    entry === "same-origin" ? sameOrigin(trustProxy) : entryMatcher(entry)
  );
  return (url, serialized, request) => matchers.some((allows) => allows(url, serialized, request));
}

/**
 * The page's host and port are those the client asked for, and its scheme is no weaker than the
 * connection's. An https page may reach us over plain http: that is TLS ended at a proxy.
 */
function sameOrigin(trustProxy: boolean): Matcher {
  return (origin, _, request) => {
    if (origin.protocol !== "http:" && origin.protocol !== "https:") {
      return false;
    }
    const url = new URL(request.url);
    const forwarded = (name: string) => trustProxy ? lastOf(request.headers.get(name)) : undefined;
    const scheme = forwarded("x-forwarded-proto") ?? url.protocol.slice(0, -1);
    if (/^(https|wss)$/i.test(scheme) && origin.protocol !== "https:") {
      return false;
    }
    const host = forwarded("x-forwarded-host") ?? request.headers.get("host") ??
      url.host;
    return parseHost(host, origin.protocol) === origin.host;
  };
}

/** The host in its normal form without the scheme's default port, or `undefined`. */
function parseHost(host: string, scheme: string): string | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?$/i.test(host)) return;
  const url = `${scheme}//${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function lastOf(list: string | null): string | undefined {
  return list?.slice(list.lastIndexOf(",") + 1).trim();
}

function entryMatcher(entry: unknown): Matcher {
  if (typeof entry !== "string") {
    throw new TypeError(
      `Cannot use option origin: expected ${EXPECTED}, got ${typeof entry}`,
    );
  }
  const wildcard = /^([a-z][a-z0-9+.-]*:\/\/)\*\.(.*)$/.exec(entry);
  const parsed = parseOrigin(wildcard ? `${wildcard[1]}${wildcard[2]}` : entry);
  if (parsed === undefined) {
    throw new TypeError(
      `Cannot use option origin: expected ${EXPECTED}, got "${entry}"${hint(entry)}`,
    );
  }
  if (!wildcard) return (_, serialized) => serialized === entry;
  const suffix = `.${parsed.hostname}`;
  return (origin) =>
    origin.protocol === parsed.protocol && origin.port === parsed.port &&
    origin.hostname.length > suffix.length && origin.hostname.endsWith(suffix);
}

/** What the author of a wrong entry most likely meant. */
function hint(entry: string): string {
  if (entry === "*") {
    return ": to let every site connect, set dangerouslyAllowAnyOrigin: true";
  }
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(entry) ? entry : `https://${entry}`;
  const [scheme, rest] = candidate.split("://*.", 2);
  const plain = rest === undefined ? candidate : `${scheme}://${rest}`;
  if (!URL.canParse(plain)) return "";
  const { origin } = new URL(plain);
  if (origin === "null") return "";
  const meant = rest === undefined ? origin : origin.replace("://", "://*.");
  return parseOrigin(origin) === undefined || meant === entry ? "" : `: write "${meant}"`;
}
