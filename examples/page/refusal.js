/** Milliseconds until the first try to reconnect, and at most. */
const FIRST_DELAY = 500;
const LAST_DELAY = 30_000;

/** Seconds that a server may ask to wait for. */
const LONGEST = 3_600;

/** Statuses that do not mean it for good: too slow, too early, too many. */
const PASSING = [408, 425, 429];

export const BLOCKED = "This page may connect to its own server only. " +
  "Start the app with ANY_SERVER=1 to let it connect to others";

/**
 * Why a WebSocket could not be opened, in words, and whether another try is of any use:
 * `{ text, final, after }`, with seconds to wait at least if the server asks for it.
 *
 * @param answer What the server says to an opening handshake; undefined if it does not answer.
 * @param asked The `host` and `path` that were asked for, the `protocols`, the `origin` of the page,
 * and whether the server is `foreign`.
 */
export function explain(answer, { host, path, protocols, origin, foreign }) {
  if (answer === undefined) {
    const text = foreign
      ? `No WebSocket from ${host}, and the browser does not say why: the server may be gone, or refuse pages of ${origin}`
      : `The server at ${host} does not answer`;
    return { text, final: false };
  }
  const { kind, status, message, retryAfter, protocol } = answer;
  if (kind === undefined) {
    const why = answer.error ?? "it does not say why";
    return { text: `No WebSocket from ${host}, and no cause from it: ${why}`, final: false };
  }
  if (kind === "refused") {
    const from = status === 403 || status === 421 ? `. This page comes from ${origin}` : "";
    const after = Math.min(LONGEST, Number(retryAfter));
    return {
      text: `Refused with ${status}: ${message ?? "no reason given"}${from}`,
      final: status < 500 && !PASSING.includes(status),
      ...(after > 0 && { after }),
    };
  }
  const unopened = `The server at ${host} answers, but did not open a WebSocket`;
  if (kind !== "accepted") {
    const what = status === 404
      ? `404, there is nothing at ${path}`
      : `${path} answers ${status ?? "a handshake"} as if it were an ordinary request`;
    return { text: `${unopened}: ${what}`, final: status === undefined || status < 500 };
  }
  if (protocols.length > 0 && protocol === "") {
    const names = protocols.join(", ");
    const which = protocols.length === 1 ? `the subprotocol ${names}` : `any of ${names}`;
    return {
      text: `The server at ${host} does not speak ${which}: it would accept without a ` +
        "subprotocol, and browsers then give the connection up",
      final: true,
    };
  }
  // What it says of another URL than ours says nothing about ours.
  if (answer.path !== undefined && answer.path !== path) {
    return { text: `${unopened} at this URL`, final: false };
  }
  return { text: `${unopened} just then; now it would`, final: false };
}

/**
 * Milliseconds until the next try: longer each time, never shorter than the server asks for, and not
 * the same for everyone.
 */
export function delayOf(attempt, after = 0, random = Math.random()) {
  const backoff = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
  return Math.round(
    Math.max(backoff * (0.8 + 0.4 * random), after * 1000 * (1 + 0.1 * random)),
  );
}
