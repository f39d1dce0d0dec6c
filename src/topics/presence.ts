/** Somebody who is there: one user, on however many connections to however many processes. */
export interface PresentUser {
  /** Who it is, the same on all of its connections: 1 to 255 bytes of UTF-8. */
  readonly id: string;
  /** What others may see of it: whatever JSON can carry, at most `maxValue` bytes of it. */
  readonly value?: unknown;
}

/** Who is subscribed to a topic, in every process. */
export interface Presence {
  /** In no order. Yours: to change it changes nothing. */
  readonly users: readonly PresentUser[];
  /** Whether these are all of them, as far as anybody can know. */
  readonly complete: boolean;
  /**
   * Why they may not be all, or some may have left. `engine`: the engine is away, and users of other
   * processes are those that were there before. `unanswered`: another process has not said yet whom it
   * has, or more of them come and go than can be told. `too-many-users`: there are more than `maxUsers`.
   */
  readonly reason?: "engine" | "unanswered" | "too-many-users";
}

/** What has changed in a topic since the last time. Nobody is in two of the lists. */
export interface PresenceChange {
  /** The topic. */
  readonly topic: string;
  /** Users that were not there before, on any connection. */
  readonly joined: readonly PresentUser[];
  /** Users whose last connection has gone, with the value that they had. */
  readonly left: readonly PresentUser[];
  /** Users with another value than before. */
  readonly changed: readonly PresentUser[];
}
