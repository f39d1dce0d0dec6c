import { quote } from "../base/quote.ts";
import { type Authority, isURL, requestedAuthority } from "./authority.ts";
import { listElements } from "./field_value.ts";
import { refusal, type Refused } from "./verdict.ts";

/**
 * An opening handshake as the judge sees it, whatever brought it: RFC 6455 over HTTP/1.1, or
 * RFC 8441 over HTTP/2, which has neither `Upgrade` nor a key.
 */
export interface Opening {
  /** What the callbacks of a route are handed. */
  readonly request: Request;
  /** The method, in the case in which it came. */
  readonly method: string;
  /** Where it goes: the URL as the runtime made it, which need not be one. */
  readonly url: string;
  /** The headers as they came. */
  readonly headers: Headers;
  /** The host that it names, or `undefined` if it names none, or more than one. */
  readonly authority: Authority | undefined;
  /** Of HTTP: 1 for `Upgrade: websocket`, 2 for `:protocol = websocket`. */
  readonly httpVersion: 1 | 2;
  /** The IP address of the TCP peer; `""` where nobody knows it. */
  readonly remoteAddress: string;
  /** Whether the runtime has judged method, version and key already. */
  readonly checked: boolean;
  /** What is wrong with where it goes, if anything is. */
  readonly fault: Refused | undefined;
}

const unknownAddress = () => "";

/**
 * The opening handshake of a request over HTTP/1.1, or `undefined` if it does not ask for a
 * WebSocket. Asked once for each request, because every other question follows from the answer.
 *
 * @param remoteAddress Tells the address of the TCP peer, if somebody wants to know.
 * @param fault What the runtime let pass although it should not.
 */
export function openingOf(
  request: Request,
  remoteAddress: () => string = unknownAddress,
  fault?: Refused,
): Opening | undefined {
  return hasToken(request.headers.get("upgrade"), "websocket")
    ? new RequestOpening(request, remoteAddress, fault)
    : undefined;
}

/** Any request as rules on pages and hosts see it: one that asks for no WebSocket, as a rule. */
export function plainOpening(request: Request): Opening {
  return new RequestOpening(request, unknownAddress, undefined);
}

class RequestOpening implements Opening {
  readonly request: Request;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly authority: Authority | undefined;
  readonly fault: Refused | undefined;
  readonly #remoteAddress: () => string;

  constructor(request: Request, remoteAddress: () => string, fault: Refused | undefined) {
    this.request = request;
    this.method = request.method;
    this.url = request.url;
    this.headers = request.headers;
    const host = this.headers.get("host");
    this.authority = requestedAuthority(host, this.url);
    this.fault = fault ?? wrongTarget(this, host);
    this.#remoteAddress = remoteAddress;
  }

  get httpVersion(): 1 {
    return 1;
  }

  get checked(): false {
    return false;
  }

  get remoteAddress(): string {
    return this.#remoteAddress();
  }
}

/** What RFC 6455 §4.2.1 asks for, and what is wrong with this handshake. */
export function malformed(opening: Opening): Refused | undefined {
  const fault = opening.checked ? opening.fault : wrongMethod(opening) ?? opening.fault;
  if (fault || opening.checked) return fault;
  const { headers } = opening;
  const connection = headers.get("connection");
  if (!hasToken(connection, "upgrade")) {
    return refusal(400, `expected Connection: Upgrade, got ${quote(connection)}`);
  }
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    return refusal(426, `expected Sec-WebSocket-Version: 13, got ${quote(version)}`, {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
    });
  }
  const key = headers.get("sec-websocket-key");
  if (key === null || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    return refusal(
      400,
      `expected one Sec-WebSocket-Key of 16 bytes in base64, got ${quote(key)}`,
    );
  }
  const length = headers.get("content-length");
  if (headers.has("transfer-encoding") || (length !== null && length !== "0")) {
    return refusal(400, "expected a request without a body, got one with a body");
  }
  return undefined;
}

function wrongMethod({ method }: Opening): Refused | undefined {
  if (method === "GET") return undefined;
  return refusal(405, `expected method GET, got ${quote(method)}`, { allow: "GET" });
}

/**
 * Runtimes hand on a `Host` or a target that makes no URL; without this, `new URL(request.url)`
 * would throw in user code. Source: RFC 7230 §5.4.
 */
function wrongTarget(opening: Opening, host: string | null): Refused | undefined {
  const { authority, url } = opening;
  const message = authority === undefined
    ? `expected one host in Host, got ${quote(host)}`
    : isURL(url)
    ? undefined
    // Not the target itself: there may be a token in it, and this is for a log.
    : "expected a target that makes a URL, got one that does not";
  return message === undefined ? undefined : wrongMethod(opening) ?? refusal(400, message);
}

/** Whether a comma-separated list holds `token`, in any case: RFC 6455 §4.2.1. */
function hasToken(list: string | null, token: string): boolean {
  if (list === null) return false;
  const elements = list.toLowerCase();
  return elements === token || listElements(elements).includes(token);
}
