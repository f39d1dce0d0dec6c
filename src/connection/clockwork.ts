import type { Clock } from "../base/clock.ts";

/**
 * What makes a server look at its connections again and again, to see whether a ping, an idle
 * timeout or a close timeout is due. Starts now, and runs until the returned function is called.
 */
export type Clockwork = (clock: Clock, look: () => void) => () => void;

/** Milliseconds between two looks: what every idle and close timeout is rounded to. */
const PERIOD = 250;

/** One timer for all connections of a server: for runtimes where waiting costs nothing. */
export const sweep: Clockwork = (clock, look) => clock.every(PERIOD, look);
