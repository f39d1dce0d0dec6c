import type { Cycle } from "./cycle.ts";

/** Seconds after the last message in which its echo has to come. */
const PATIENCE = 10;

/** The part of a connection that an open loop needs. */
export interface OpenLoopConnection {
  /** Called with the number of messages that came. */
  onMessages: (count: number) => void;
  begin(cycle: Cycle, first: number): void;
  send(messages: number): void;
  finish(): void;
}

/** How many messages, and for how long. */
export interface Pace {
  /** Messages per second, on all connections together. */
  readonly rate: number;
  readonly seconds: number;
}

/** Microseconds, one for each message, in no order. */
export interface Times {
  /** From the moment when a message was due to the one when its echo was there. */
  readonly latencies: Float64Array;
  /** From the moment when it was due to the one when we sent it: how late we are ourselves. */
  readonly delays: Float64Array;
}

/**
 * Sends messages when they are due, on one connection after the other, whether or not those before
 * are back: an open loop. Each is timed from the moment when it was due, so that a server that stops
 * for a moment is charged for all that would have come in it, and not for one message only
 * ("coordinated omission").
 *
 * @throws {Error} If echoes are missing at the end.
 */
export async function openLoop(
  connections: readonly OpenLoopConnection[],
  cycle: Cycle,
  { rate, seconds }: Pace,
  patience = PATIENCE,
): Promise<Times> {
  const lanes = connections.length;
  const total = Math.round(rate * seconds / lanes) * lanes;
  const latencies = new Float64Array(total);
  const delays = new Float64Array(total);
  const start = performance.now();
  const due = (message: number) => start + message * 1000 / rate;
  let received = 0;
  const done = Promise.withResolvers<void>();
  for (const [lane, connection] of connections.entries()) {
    connection.begin(cycle, lane);
    let message = lane;
    connection.onMessages = (count) => {
      const now = performance.now();
      for (; count > 0; count--, message += lanes) {
        latencies[received++] = 1000 * (now - due(message));
      }
      if (received === total) done.resolve();
    };
  }
  let sent = 0;
  // Timers are a millisecond late; looking all the time is not, and this core is ours.
  const look = () => {
    const now = performance.now();
    for (; sent < total && due(sent) <= now; sent++) {
      delays[sent] = 1000 * (now - due(sent));
      connections[sent % lanes]!.send(1);
    }
    if (sent < total) setImmediate(look);
  };
  look();
  const late = setTimeout(
    () => done.reject(new Error(`Cannot time: expected ${total} echoes, got ${received}`)),
    1000 * (seconds + patience),
  );
  await done.promise;
  clearTimeout(late);
  for (const connection of connections) connection.finish();
  return { latencies, delays };
}
