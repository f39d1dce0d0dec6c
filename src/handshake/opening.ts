import { isURL, requestedAuthority } from "./authority.ts";
import { quote } from "../base/quote.ts";
import { listElements } from "./field_value.ts";
import { type Refused, refused } from "./verdict.ts";

/** Whether the request asks for a WebSocket, well or badly. */
export function asksForWebSocket(request: Request): boolean {
  return hasToken(request.headers.get("upgrade"), "websocket");
}

/**
 * What is wrong with where the request goes. Runtimes hand on a `Host` or a target that makes no
 * URL; without this, `new URL(request.url)` would throw in user code.
 *
 * Source: RFC 7230 §5.4.
 */
export function misdirected(request: Request): Refused | undefined {
  const host = request.headers.get("host");
  const message = requestedAuthority(request) === undefined
    ? `expected one host in Host, got ${quote(host)}`
    : isURL(request.url)
    ? undefined
    : `expected a target that makes a URL, got ${quote(request.url)}`;
  if (message === undefined) return undefined;
  return wrongMethod(request) ?? refused(400, message);
}

/** What RFC 6455 §4.2.1 asks for, and what is wrong with this request. */
export function malformed(request: Request): Refused | undefined {
  const { headers } = request;
  const fault = wrongMethod(request) ?? misdirected(request);
  if (fault) return fault;
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

function wrongMethod({ method }: Request): Refused | undefined {
  if (method === "GET") return undefined;
  return refused(405, `expected method GET, got ${quote(method)}`, { allow: "GET" });
}

/** Whether a comma-separated list holds `token`, in any case: RFC 6455 §4.2.1. */
function hasToken(list: string | null, token: string): boolean {
  if (list === null) return false;
  const elements = list.toLowerCase();
  return elements === token || listElements(elements).includes(token);
}
