/** Milliseconds between two looks at the event loop. */
export const LOOK = 200;

/** Code that kept everything else waiting. */
export interface Block {
  /** Seconds that it took, about. */
  readonly seconds: number;
  /**
   * The path of the connection whose message came last before it: it is its handler, as a rule.
   * `undefined` if something else happened last.
   */
  readonly path: string | undefined;
  /** `connection.id` of that connection. */
  readonly connectionId: string | undefined;
}

/** A connection that something came on. */
interface Source {
  readonly path: string;
  readonly connectionId: string;
}

/**
 * Watches how late the event loop is, by what it is told: that a message has come, and that its
 * timer has fired. When neither happens for long, what happened last has blocked the loop.
 */
export class LoopWatch {
  readonly #now: () => number;
  readonly #limit: number;
  readonly #blocked: (block: Block) => void;
  #lookedAt: number;
  /** When a sign of life came last, and on which connection. */
  #beatAt: number;
  #source: Source | undefined;

  /**
   * @param now Milliseconds.
   * @param limit Milliseconds above which code counts as blocking.
   * @param blocked Told of each piece of code that does.
   */
  constructor(now: () => number, limit: number, blocked: (block: Block) => void) {
    this.#now = now;
    this.#limit = limit;
    this.#blocked = blocked;
    this.#lookedAt = this.#beatAt = now();
  }

  /** A message has come, whose handler runs next. */
  received(source: Source): void {
    this.#beat(source);
  }

  /** Called every `LOOK` milliseconds; returns the milliseconds by which that is too late. */
  look(): number {
    const due = this.#lookedAt + LOOK;
    this.#beat(undefined);
    const now = this.#lookedAt = this.#beatAt;
    return Math.max(0, now - due);
  }

  #beat(source: Source | undefined): void {
    const now = this.#now();
    const silence = now - this.#beatAt;
    // Before the timer is due, silence says nothing.
    if (silence >= this.#limit && now - this.#lookedAt - LOOK >= Math.max(1, this.#limit - LOOK)) {
      const { path, connectionId } = this.#source ?? {};
      this.#blocked({ seconds: silence / 1000, path, connectionId });
    }
    this.#beatAt = now;
    this.#source = source;
  }
}
