/** What the watchdog remembers of one connection. Times in milliseconds of its clock. */
export interface Silence {
  /** When the client last gave a sign of life, rounded up to the look that noticed it. */
  waitingSince: number;
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
 * @param alive Whether the client gave a sign of life since the last call.
 * @param now Milliseconds.
 * @param timeout Milliseconds, above 0.
 */
export function watchdogStep(
  silence: Silence,
  alive: boolean,
  now: number,
  timeout: number,
): WatchdogStep {
  if (alive) {
    silence.waitingSince = now;
    silence.pingedAt = 0;
    return "wait";
  }
  const half = timeout / 2;
  if (silence.pingedAt === 0) {
    if (now - silence.waitingSince < half) return "wait";
    silence.pingedAt = now;
    return "ping";
  }
  return now - silence.waitingSince >= timeout && now - silence.pingedAt >= half ? "drop" : "wait";
}
