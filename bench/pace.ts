/** How much is done in one measurement. */
export interface Pace {
  /** Seconds of each echo that are not counted: the runtimes compile while they run. */
  readonly warmUp: number;
  /** Seconds of each echo that are counted. */
  readonly seconds: number;
  /** Connections opened and closed for the upgrade rate; three times as many to warm up. */
  readonly visits: number;
  /** Messages sent to everyone; half as many again to warm up. */
  readonly fanOuts: number;
  /** Connections that are idle while others are opened. */
  readonly steps: readonly number[];
  /** Subscribers of a topic. */
  readonly crowds: readonly number[];
  /** Messages to all of them together that are counted; three times as many to warm up. */
  readonly deliveries: number;
  /** Messages published to an engine that are counted; half as many to warm up. */
  readonly publishes: number;
  /** The same for an engine that writes them down. */
  readonly stored: number;
  /** Messages that a client has missed. */
  readonly missed: number;
  /** Seconds for which an idle server is watched. */
  readonly idle: number;
}

export const FULL: Pace = {
  warmUp: 0.7,
  seconds: 0.8,
  visits: 6_000,
  fanOuts: 20,
  steps: [1_000, 5_000, 10_000, 15_000],
  crowds: [1_000, 10_000],
  deliveries: 100_000,
  publishes: 100_000,
  stored: 20_000,
  missed: 10_000,
  idle: 3,
};

export const QUICK: Pace = {
  warmUp: 0.3,
  seconds: 0.3,
  visits: 1_500,
  fanOuts: 8,
  steps: [1_000, 5_000],
  crowds: [1_000],
  deliveries: 40_000,
  publishes: 20_000,
  stored: 5_000,
  missed: 2_000,
  idle: 1,
};
