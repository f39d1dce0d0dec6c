/** Processes whose counts are kept for one topic: each start of a process is another one. */
const MOST = 1_000;

/** What a number says. */
export type Verdict = { readonly seen: true } | { readonly seen: false; readonly missed: number };

const SEEN: Verdict = { seen: true };
const NEXT: Verdict = { seen: false, missed: 0 };

/** How far other processes are, in one topic that is wanted here. */
export class Incoming {
  /** The one that was heard of last comes last, once there are many. */
  readonly #last = new Map<string, number>();
  /** Processes that nothing came from since this one was cut off. */
  #cut: Set<string> | undefined;

  /**
   * This process was cut off, which is told as a whole. Whoever was not will go on at a higher number.
   * Whoever was cut off for longer says so, by a beacon that comes before its messages.
   */
  cut(): void {
    this.#cut = new Set(this.#last.keys());
  }

  /** A message came: whether it did before, and how many are missing before it. */
  take(publisher: string, sequence: number, restarted: boolean): Verdict {
    const last = this.#last.get(publisher);
    if (last !== undefined && sequence <= last) return SEEN;
    this.#set(publisher, sequence);
    const afterCut = this.#cut?.delete(publisher) === true;
    if (last === undefined || restarted || afterCut || sequence === last + 1) return NEXT;
    return { seen: false, missed: sequence - last - 1 };
  }

  /**
   * A process says how far it is: how many are missing.
   *
   * @param lost How many it knows not to have got out. They count where nothing is known of it yet, or
   * where all others were told as a whole.
   */
  beacon(publisher: string, sequence: number, lost: number): number {
    const afterCut = this.#cut?.delete(publisher) === true;
    const last = this.#last.get(publisher);
    if (last !== undefined && sequence <= last) return 0;
    this.#set(publisher, sequence);
    if (last === undefined) return lost;
    return afterCut ? Math.min(lost, sequence - last) : sequence - last;
  }

  #set(publisher: string, sequence: number): void {
    if (this.#last.size >= MOST) {
      this.#last.delete(publisher);
      if (this.#last.size >= MOST) this.#last.delete(this.#last.keys().next().value!);
    }
    this.#last.set(publisher, sequence);
  }
}
