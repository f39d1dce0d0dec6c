import { formatSize } from "./bytes.js";
import { inWords } from "./close_codes.js";

/** The server's clock has whole milliseconds on some runtimes. */
const ms = (time) =>
  time === 0 ? "under 1 ms" : `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;
const span = (time) => time < 1_000 ? ms(time) : `${(time / 1_000).toFixed(1)} s`;
const named = (method) => method === undefined ? "an unknown method" : `"${method}"`;

const WORDS = {
  handshake: ({ verdict, status, duration }) => `${verdict} with ${status} in ${ms(duration)}`,
  open: ({ protocol }) => `open${protocol && `, subprotocol ${protocol}`}`,
  ping: () => "ping sent, because the client is silent",
  pong: ({ ms: time }) => `pong in ${ms(time)}`,
  backpressure: ({ bufferedAmount }) => `${formatSize(bufferedAmount)} begin to wait`,
  buffered: ({ bufferedAmount }) => `${formatSize(bufferedAmount)} wait`,
  drained: ({ ms: time }) => `nothing waits any more, after ${span(time)}`,
  limit: ({ limit }) => `a limit ends it: ${limit}`,
  error: ({ message }) => `your code failed${message === undefined ? "" : `: ${message}`}`,
  call: ({ method, outcome, duration, message }) =>
    `call of ${named(method)} ${outcome} in ${ms(duration)}${message ? `: ${message}` : ""}`,
  close: ({ cause, code, reason, duration }) =>
    `${cause} – ${inWords(code)}${reason && ` (${reason})`}, after ${span(duration)}`,
  more: ({ count }) => `and ${count} more that are not shown`,
};

/** What the server saw, in words. */
export function serverWords(told) {
  return WORDS[told.event]?.(told) ?? told.event;
}

/** Causes of a close that are nobody's fault. */
const FINE = ["peer", "local", "shutdown"];

/** Whether it is bad news. */
export function isBad({ event, verdict, cause }) {
  return event === "error" || event === "limit" || verdict === "refused" ||
    (event === "close" && !FINE.includes(cause));
}

/** Whether a URL leads to the server that this page comes from. */
export function isOwn(url, location) {
  const port = ({ port, protocol }) => port || (/^(wss|https):$/.test(protocol) ? "443" : "80");
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
  return port(url) === port(location) &&
    (url.hostname === location.hostname ||
      (loopback.test(url.hostname) && loopback.test(location.hostname)));
}
