import type { Position } from "./published.ts";

/** Why messages were lost: see `Gap`. */
export type GapCause = "engine-reconnect" | "sequence" | "epoch" | "trimmed";

/** Messages of one topic that did not reach this process. */
export interface Gap {
  /** The topic that they were published to. */
  readonly topic: string;
  /**
   * How it was noticed. `engine-reconnect`: this process was cut off the engine for a while.
   * `sequence`: a message arrived whose forerunners did not. `epoch`: the position is one of another
   * history, such as that before a restart. `trimmed`: the history no longer reaches back so far.
   */
  readonly cause: GapCause;
  /** How many messages, where that is known. */
  readonly missed?: number;
  /**
   * Where the topic goes on, in mode `replay`: what a client keeps in place of the position that it
   * had, so that it hears of the gap once. Missing where messages that have positions follow at once.
   */
  readonly position?: Position;
}
