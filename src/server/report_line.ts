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
  const what = report.kind === "closed"
    ? `ended a connection for its limits${often} (${report.cause})`
    : `refused a WebSocket handshake${often} with ${report.cause}`;
  return `edgesocket ${what}: ${message}${advice(report)}`;
}

/** What to write, if such clients are meant to connect. */
function advice({ cause, origin, remoteAddress, limit }: Report): string {
  if (cause === "payload-too-large" && limit !== undefined) {
    return `. Longer messages need a larger maxPayloadLength than ${limit} on their route`;
  }
  if (cause === "backpressure") {
    return ". To send no faster than clients read, wait for connection.drained()";
  }
  if (cause === "protocols") {
    return '. Browsers end such a connection: write those that it speaks into the options of the route, as in protocols: ["chat"]';
  }
  if (cause !== "403" || !origin || !isLocal(remoteAddress, origin)) return "";
  const entries = JSON.stringify(["same-origin", origin]).replace(",", ", ");
  return `. To let its pages connect, write origin: ${entries} into the options of the route`;
}

/** Whether this is somebody's own machine, by the client's address or by its page. */
function isLocal(address: string, origin: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address) ||
    /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(origin);
}
