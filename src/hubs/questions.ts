import { HubError } from "./hub_error.ts";
import type { Answer } from "./parcel.ts";

/** Milliseconds that others may take to say whether they have a connection. */
const PATIENCE = 5_000;

/** Questions that may be under way. */
const MOST = 10_000;

const LOST = "the process that was asked is lost: nobody knows how far it was";

/** What another process has answered. */
export interface Answered {
  /** The process. */
  readonly from: string;
  /** The result, as text. */
  readonly body: string;
}

interface Pending {
  /** Those that have not answered yet. */
  readonly asked: Set<string>;
  readonly since: number;
  /** Whether one of them has it, and takes its time. */
  taken: boolean;
  /** Whether one of them was lost, which may have had it. */
  lost: boolean;
  readonly resolve: (answered: Answered | undefined) => void;
  readonly reject: (error: HubError) => void;
}

/** What this process has asked others, and is not answered yet. Each is settled, once. */
export class Questions {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** How many are under way. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Asks some processes.
   *
   * @param ask Sends the question with this number.
   * @returns The answer of the one that has it; `undefined` if all say that they have not. Whoever does
   * not wait for it does no harm.
   * @throws {HubError} If too many are under way.
   */
  ask(
    asked: Iterable<string>,
    now: number,
    ask: (number: number) => void,
  ): Promise<Answered | undefined> {
    if (this.size >= MOST) {
      throw new HubError(`expected at most ${MOST} questions to other processes, got one more`);
    }
    const number = ++this.#last;
    const answer = new Promise<Answered | undefined>((resolve, reject) => {
      const pending = {
        asked: new Set(asked),
        since: now,
        taken: false,
        lost: false,
        resolve,
        reject,
      };
      this.#pending.set(number, pending);
    });
    answer.catch(() => {});
    try {
      ask(number);
    } catch (error) {
      this.#pending.delete(number);
      throw error;
    }
    return answer;
  }

  /** An answer came. */
  answered({ from, number, verdict, error }: Answer, body: string): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    switch (verdict) {
      case "no":
        pending.asked.delete(from);
        return this.#look(number, pending);
      case "taken":
        pending.taken = true;
        pending.asked.clear();
        pending.asked.add(from);
        return;
      case "done":
        return this.#settle(number)?.resolve({ from, body });
      case "failed":
        return this.#settle(number)?.reject(new HubError(error ?? "the other process has failed"));
    }
  }

  /**
   * A question has not got out.
   *
   * @param why What callers are told, and their clients.
   * @param cause What they are not told.
   */
  failed(number: number, why: string, cause?: unknown): void {
    this.#settle(number)?.reject(new HubError(why, { cause }));
  }

  /**
   * A process is lost, and answers nothing any more.
   *
   * @param left Whether it has said goodbye: then it has no connections any more.
   */
  lost(process: string, left: boolean): void {
    for (const [number, pending] of this.#pending) {
      if (!pending.asked.delete(process)) continue;
      if (!left || pending.asked.size === 0) pending.lost = true;
      this.#look(number, pending);
    }
  }

  /** Answers may have been lost: those that wait for one without an end are told. */
  doubt(why: string): void {
    for (const [number, { taken }] of this.#pending) if (taken) this.failed(number, why);
  }

  /** Nobody answers any more. */
  end(why: string): void {
    for (const number of this.#pending.keys()) this.failed(number, why);
  }

  /** Looks which have waited for too long. */
  look(now: number): void {
    for (const [number, { since, taken }] of this.#pending) {
      if (taken || now - since < PATIENCE) continue;
      const seconds = PATIENCE / 1_000;
      this.failed(number, `expected other processes to answer within ${seconds} s, got nothing`);
    }
  }

  /** Whether all have answered, or never will. */
  #look(number: number, { asked, lost }: Pending): void {
    if (asked.size > 0) return;
    if (lost) this.failed(number, LOST);
    else this.#settle(number)?.resolve(undefined);
  }

  #settle(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    return pending;
  }
}
