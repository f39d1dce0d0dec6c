import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import type { GapCause } from "../brokers/gap.ts";
import type { TopicsState } from "../brokers/state.ts";

/** Calls of other processes that the clients of this one have missed. */
export interface HubGap {
  /** The group that they were for; `undefined` for those to all clients, and to users. */
  readonly group: string | undefined;
  /**
   * How they were lost: as in topics, or `slow`, if the engine took its time to take note that
   * somebody is in the group.
   */
  readonly cause: GapCause | "slow";
  /** How many, if that is known. */
  readonly missed: number | undefined;
}

/** Functions of users that are told. */
export interface NoticeOptions {
  readonly onState: ((state: TopicsState, cause?: unknown) => unknown) | undefined;
  readonly onGap: ((gap: HubGap) => unknown) | undefined;
  readonly onBrokerError: ((error: unknown) => unknown) | undefined;
}

/** Tells users what becomes of the way to other processes, whatever their functions do. */
export class ElsewhereNotices {
  readonly #options: NoticeOptions;

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  state(state: TopicsState, cause: unknown): void {
    contain(() => this.#options.onState?.(state, cause), this.error);
  }

  /** Calls were lost. Nobody says so of a loss that is never silent. */
  gap(gap: HubGap): void {
    const { onGap } = this.#options;
    if (onGap !== undefined) return contain(() => onGap(gap), this.error);
    const count = gap.missed === undefined ? "calls" : `${gap.missed} calls`;
    const where = gap.group === undefined
      ? "all clients"
      : `the group ${JSON.stringify(gap.group)}`;
    this.error(new Error(`Lost ${count} for ${where} (${gap.cause}): see onGap`));
  }

  /** Something is wrong. */
  readonly error = (error: unknown): void => {
    const { onBrokerError = logError } = this.#options;
    contain(() => onBrokerError(error), logError);
  };
}
