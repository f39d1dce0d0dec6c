import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { usageError } from "../base/usage_error.ts";
import type { CloseInfo } from "./close.ts";
import { pongs } from "./pongs.ts";

/** The part of a connection that a ping needs. */
export interface Pinged {
  /** Settles when it has ended. */
  readonly closed: Promise<CloseInfo>;
  /** Sends a ping with a payload; `undefined` where the runtime cannot, or nothing is open. */
  readonly ping: ((payload: string) => void) | undefined;
  readonly clock: Clock;
}

interface Waiting {
  readonly number: number;
  readonly sentAt: number;
  readonly answer: Deferred<number>;
}

/** Pings that were not answered yet, by connection, oldest first. */
const waiting = new WeakMap<object, Waiting[]>();

/** What our payloads begin with, so that no other pong is taken for an answer. */
const PREFIX = "edgesocket ";

let sent = 0;

/**
 * Sends a ping and waits for its pong. A client may answer only the last of several: that answers all.
 *
 * @param connection What the pings belong to.
 * @returns Milliseconds.
 * @throws {Error} If nothing can be pinged, or the connection ends before the pong: as a rejection.
 */
export function roundTrip(
  connection: object,
  { closed, ping, clock }: Pinged,
): Promise<number> {
  if (ping === undefined) {
    const expected = "an open connection, on a runtime that can ping (Deno pings by itself)";
    return Promise.reject(usageError("ping", expected, "another one", Error));
  }
  const all = waiting.get(connection) ?? begin(connection, closed, clock);
  const one = { number: ++sent, sentAt: clock.now(), answer: new Deferred<number>() };
  all.push(one);
  ping(PREFIX + one.number);
  return one.answer.promise;
}

function begin(connection: object, closed: Promise<CloseInfo>, clock: Clock): Waiting[] {
  const all: Waiting[] = [];
  waiting.set(connection, all);
  pongs.set(connection, (payload) => {
    const last = payload.startsWith(PREFIX) ? Number(payload.slice(PREFIX.length)) : NaN;
    while (all.length > 0 && all[0]!.number <= last) {
      const { sentAt, answer } = all.shift()!;
      answer.resolve(clock.now() - sentAt);
    }
  });
  closed.then(({ code, cause }) => {
    const got = `the end (${code}, ${cause})`;
    for (const { answer } of all.splice(0)) {
      answer.resolve(Promise.reject(usageError("ping", "a pong", got, Error)));
    }
  });
  return all;
}
