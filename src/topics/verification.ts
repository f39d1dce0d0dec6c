import { Deferred } from "../base/deferred.ts";

/** Milliseconds within which other processes answer: they collect for a quarter of a second. */
const SETTLING = 500;

/** Milliseconds that somebody who reads waits for them. */
const PATIENCE = 1_000;

/** What is to be done. */
export type VerificationStep = "ask" | "give-up" | "wait" | "rest";

/**
 * Whether it is known what other processes have in a topic. All are asked; those that are known to have
 * somebody have to answer, and the others have a moment to do so.
 */
export class Verification {
  readonly #ttl: number;
  /** Whether it is known. */
  settled = false;
  /** Whether nobody was asked since it was last unknown. */
  #unasked = true;
  /** Whether something is missing that was said since. */
  #missed = false;
  /** Since when they have been asked, and when for the last time. */
  #first = 0;
  #last = 0;
  readonly #unanswered = new Set<string>();
  /** When each of them was asked alone. */
  readonly #alone = new Map<string, number>();
  readonly #waiting: { readonly since: number; readonly outcome: Deferred<void> }[] = [];

  /** `ttl`: milliseconds for which those are believed in that do not answer. */
  constructor(ttl: number) {
    this.#ttl = ttl;
  }

  /** From now on it is not known. */
  doubt(): void {
    this.settled = false;
    this.#unasked = true;
  }

  /** All are being asked. `known`: those that are known to have somebody. */
  asked(now: number, known: Iterable<string>): void {
    if (this.#unasked) {
      this.#first = now;
      this.#unanswered.clear();
      this.#alone.clear();
      for (const process of known) this.#unanswered.add(process);
    }
    this.#last = now;
    this.#unasked = this.#missed = false;
  }

  /**
   * Somebody else asks all, and all hear the answers. Not all engines deliver a question before its
   * answers: where one has come already that says too little, it has to be asked here, too.
   */
  overheard(now: number, known: Iterable<string>): void {
    if (!this.settled && this.#unasked && !this.#missed) this.asked(now, known);
  }

  /** A process has said what it has. */
  answered(process: string): void {
    this.#unanswered.delete(process);
    this.#alone.delete(process);
  }

  /** Something of one process did not get here: whether that one is to be asked now. */
  behind(process: string, now: number): boolean {
    if (this.#unasked) {
      this.#missed = true;
      return false;
    }
    if (now - (this.#alone.get(process) ?? -Infinity) < SETTLING) return false;
    if (this.settled) this.#first = this.#last = now;
    this.settled = false;
    this.#alone.set(process, now);
    this.#unanswered.add(process);
    return true;
  }

  /** Those who have not answered. */
  get unanswered(): ReadonlySet<string> {
    return this.#unanswered;
  }

  /** What is to be done now. `up`: others can be asked. */
  look(now: number, up: boolean): VerificationStep {
    if (this.settled) return "rest";
    if (!up) return "wait";
    if (this.#unasked) return "ask";
    if (this.#unanswered.size === 0) {
      if (now - this.#last < SETTLING) return "wait";
      this.settled = true;
      this.wake();
      return "rest";
    }
    if (now - this.#first >= this.#ttl) return "give-up";
    return now - this.#last >= this.#ttl / 3 ? "ask" : "wait";
  }

  /** Resolves when it is known, or after a moment. */
  wait(now: number): Promise<void> {
    const outcome = new Deferred<void>();
    this.#waiting.push({ since: now, outcome });
    return outcome.promise;
  }

  /** Those who have waited for long enough wait no more. */
  late(now: number): void {
    while (this.#waiting[0] !== undefined && now - this.#waiting[0].since >= PATIENCE) {
      this.#waiting.shift()!.outcome.resolve();
    }
  }

  /** Nobody waits any more. */
  wake(): void {
    for (const { outcome } of this.#waiting.splice(0)) outcome.resolve();
  }
}
