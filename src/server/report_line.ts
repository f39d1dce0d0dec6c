import type { Report } from "./report.ts";

/**
 * What the console is told, in one line: what happened, how often, and what to write if it should not
 * have. Loaded only when there is something to tell.
 */
export function reportLine(report: Report): string {
  const { count, message } = report;
  const often = count === 1 ? "" : ` ${count} times`;
  if (report.kind === "option") return `edgesocket: ${message}${advice(report)}`;
  if (report.kind === "lost") return `edgesocket lost a client${often}: ${message}`;
  if (report.kind === "call") return `edgesocket refused a call of a hub${often}: ${message}`;
  if (report.cause === "421") return `edgesocket refused a request${often} with 421: ${message}`;
  const what = report.kind === "closed"
    ? `ended a connection for its limits${often} (${report.cause})`
    : `refused a WebSocket handshake${often} with ${report.cause}`;
  return `edgesocket ${what}: ${message}${advice(report)}`;
}

/** A page of a server on the same machine, as browsers write its origin. */
const LOCAL_PAGE = /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;

/** What to write, if such clients are meant to connect. */
function advice({ cause, origin, limit }: Report): string {
  if (cause === "payload-too-large" && limit !== undefined) {
    return `. Longer messages need a larger maxPayloadLength than ${limit} on their route`;
  }
  if (cause === "backpressure") {
    return ". To send no faster than clients read, wait for connection.drained()";
  }
  if (cause === "protocols") {
    return '. Browsers end such a connection: write those that it speaks into the options of the route, as in protocols: ["chat"]';
  }
  if (cause !== "403" || !origin) return "";
  if (origin === "null") return ". A page that was opened from a file has no origin: serve it";
  // Of others it may be an attacker's.
  if (!LOCAL_PAGE.test(origin)) return "";
  return `. To let its pages connect, write origin: ["same-origin", "${origin}"] into the options of the route`;
}
