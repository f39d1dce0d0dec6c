/** What the watchdog remembers of one connection. Times in milliseconds of its clock. */
export interface Silence {
  /** When something last came from the client, rounded up to the sweep that noticed it. */
  since: number;
  /** When the ping of this silence went out; 0 if none did. */
  pingedAt: number;
}

/** What is due for one connection. */
export type WatchdogStep = "wait" | "ping" | "drop";

/**
 * Decides what is due: a ping after half of `timeout` in silence, the end after all of it, and
 * never less than half of it after the ping.
 *
 * Pure: the caller brings the time. Source of the rule: RFC 6455 §5.5.2 for ping; the keep-alive
 * timeout of ASP.NET Core's WebSocket middleware.
 *
 * @param silence Updated in place.
 * @param heard Whether anything came from the client since the last call.
 * @param now Milliseconds.
 * @param timeout Milliseconds, above 0.
 */
export function watchdogStep(
  silence: Silence,
  heard: boolean,
  now: number,
  timeout: number,
): WatchdogStep {
  if (heard) {
    silence.since = now;
    silence.pingedAt = 0;
    return "wait";
  }
  const half = timeout / 2;
  if (silence.pingedAt === 0) {
    if (now - silence.since < half) return "wait";
    silence.pingedAt = now;
    return "ping";
  }
  return now - silence.since >= timeout && now - silence.pingedAt >= half ? "drop" : "wait";
}
