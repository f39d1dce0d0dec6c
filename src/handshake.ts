import { requestedAuthority } from "./authority.ts";
import { type HeadersOption, parseHeaders } from "./headers.ts";
import { type OriginOptions, type OriginRule, originRule } from "./origin.ts";
import { quote } from "./quote.ts";
import { type SubprotocolOptions, type SubprotocolRule, subprotocolRule } from "./subprotocol.ts";
import { listElements } from "./token.ts";

/** What an opening handshake has to satisfy, and what its response carries. */
export interface HandshakeOptions extends OriginOptions, SubprotocolOptions {
  /**
   * Headers for the 101 response, beside those that your middleware sets.
   *
   * @default {{}}
   */
  readonly headers?: HeadersOption;
}

/** The request is a valid opening handshake that this route accepts. */
export interface Accepted {
  /** Tells the three verdicts apart. */
  readonly kind: "accepted";
  /** The chosen subprotocol; `""` if there is none. */
  readonly protocol: string;
  /** Headers for the 101 response, without those that the handshake itself owns. */
  readonly headers: Headers;
}

/** The request does not ask for a WebSocket at all: another handler may answer it. */
export interface NotAnUpgrade {
  /** Tells the three verdicts apart. */
  readonly kind: "not-an-upgrade";
}

/** The request asks for a WebSocket and must not get one. */
export interface Refused {
  /** Tells the three verdicts apart. */
  readonly kind: "refused";
  /**
   * The HTTP status: 400 malformed, 403 origin, 405 method, 426 version, 503 no room,
   * 500 an option of type function threw.
   */
  readonly status: 400 | 403 | 405 | 426 | 500 | 503;
  /** Headers that the status calls for, such as `Sec-WebSocket-Version`. */
  readonly headers: Readonly<Record<string, string>>;
  /** One line: what was expected and what came. Never names the origins that you allow. */
  readonly message: string;
  /** What an option of type function threw; only with status 500. */
  readonly error?: unknown;
}

/** The verdict on an opening handshake; `kind` tells which. */
export type HandshakeVerdict = Accepted | NotAnUpgrade | Refused;

/** Handshake options that were checked once and judge any number of requests. */
export interface HandshakeRules {
  readonly origin: OriginRule;
  readonly subprotocol: SubprotocolRule;
  readonly headers: Headers;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} If one of them is not what its documentation asks for.
 */
export function handshakeRules(options: HandshakeOptions): HandshakeRules {
  return {
    origin: originRule(options),
    subprotocol: subprotocolRule(options),
    headers: parseHeaders(options.headers),
  };
}

/**
 * Judges an opening handshake without acting on it: the same rules that `upgradeWebSocket` applies,
 * on every runtime.
 *
 * Source: RFC 6455 §4.2.1, stricter where it says MUST for the client, and §10.2 for the origin.
 *
 * @example See why a page may not connect
 * ```ts
 * import { checkHandshake } from "@edgesocket/edgesocket";
 * import { assertEquals } from "@std/assert";
 *
 * const verdict = checkHandshake(
 *   new Request("http://localhost:8000/ws", {
 *     headers: {
 *       connection: "Upgrade",
 *       upgrade: "websocket",
 *       "sec-websocket-version": "13",
 *       "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
 *       origin: "https://evil.example",
 *     },
 *   }),
 * );
 * assertEquals(verdict.kind === "refused" && verdict.status, 403);
 * ```
 *
 * @param request The request as the server received it. It is read, never consumed.
 * @param options The options of the route.
 * @returns `accepted` with the subprotocol and the headers for the 101, `not-an-upgrade`, or
 * `refused` with a status.
 * @throws {TypeError} If an option is not what its documentation asks for. Never because of what
 * the client sent.
 */
export function checkHandshake(
  request: Request,
  options: HandshakeOptions = {},
): HandshakeVerdict {
  return judge(request, handshakeRules(options));
}

/** Applies the rules to one request. */
export function judge(
  request: Request,
  rules: HandshakeRules,
): HandshakeVerdict {
  if (!asksForWebSocket(request)) return { kind: "not-an-upgrade" };
  const fault = malformed(request);
  if (fault) return fault;
  try {
    const stranger = rules.origin(request);
    if (stranger !== undefined) return refused(403, stranger);
    const choice = rules.subprotocol(request);
    if ("refusal" in choice) return refused(400, choice.refusal);
    return {
      kind: "accepted",
      protocol: choice.protocol,
      headers: new Headers(rules.headers),
    };
  } catch (error) {
    return {
      ...refused(500, "the server failed to judge this request"),
      error,
    };
  }
}

/** Whether the request asks for a WebSocket, well or badly. */
export function asksForWebSocket(request: Request): boolean {
  return hasToken(request.headers.get("upgrade"), "websocket");
}

/** The plain-text response that a refusal stands for. */
export function refusalResponse(
  { status, headers, message }: Refused,
): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}

/** Makes a refusal. */
export function refused(
  status: Refused["status"],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refused {
  return { kind: "refused", status, headers, message };
}

/** What RFC 6455 §4.2.1 asks for, and what is wrong with this request. */
function malformed(request: Request): Refused | undefined {
  const { headers, method } = request;
  if (method !== "GET") {
    return refused(405, `expected method GET, got ${quote(method)}`, { allow: "GET" });
  }
  // RFC 7230 §5.4. It also keeps out what runtimes put into `request.url` unread.
  if (requestedAuthority(request) === undefined) {
    return refused(400, `expected one host in Host, got ${quote(headers.get("host"))}`);
  }
  const connection = headers.get("connection");
  if (!hasToken(connection, "upgrade")) {
    return refused(400, `expected Connection: Upgrade, got ${quote(connection)}`);
  }
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    return refused(426, `expected Sec-WebSocket-Version: 13, got ${quote(version)}`, {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
    });
  }
  const key = headers.get("sec-websocket-key");
  if (key === null || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return refused(
      400,
      `expected one Sec-WebSocket-Key of 16 bytes in base64, got ${quote(key)}`,
    );
  }
  const length = headers.get("content-length");
  if (headers.has("transfer-encoding") || (length !== null && length !== "0")) {
    return refused(400, "expected a request without a body, got one with a body");
  }
  return undefined;
}

/** Whether a comma-separated list holds `token`, in any case: RFC 6455 §4.2.1. */
function hasToken(list: string | null, token: string): boolean {
  return list !== null &&
    listElements(list).some((element) => element.toLowerCase() === token);
}
