/** Where a topic was at some moment: a text to be kept and handed back, with no meaning of its own. */
export type Position = string;

/** What became of a message that was published. */
export interface Published {
  /**
   * Whether the engine has taken it, or in one process: all subscribers' connections. `false` may
   * also mean that nobody knows, such as when the answer did not come in time.
   */
  readonly relayed: boolean;
  /** Where the topic was with this message: in mode `replay` only. */
  readonly position?: Position;
  /** Why it was not relayed. */
  readonly error?: Error;
}
