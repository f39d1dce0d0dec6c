import { assert, assertEquals } from "@std/assert";
import { type Frame, textOf } from "./replay_client.ts";

/**
 * Milliseconds for which a message may come whose history was let go of: what was read is kept for five
 * seconds, for others who come back, and is on its way for a while.
 */
const LATE = 7_000;

/** Something that was done to a history, by which messages are gone: from when to when, `Date.now()`. */
export interface Loss {
  readonly from: number;
  readonly to: number;
}

/** Messages of one publisher that did not come. */
interface Hole {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly told: boolean;
}

/**
 * What one subscriber got of numbered messages, such as `a0`, `a1`, …, while histories are let go of:
 * each hole is told, and nothing is told without a reason.
 */
export class LossLedger {
  /** By the name of its publisher, the last one that came, and how many gaps were told before it. */
  readonly #last = new Map<string, { readonly number: number; readonly gaps: number }>();
  readonly #holes: Hole[] = [];
  /** When each gap was told, and when the last message before it came. */
  readonly #gaps: { readonly cause: string; readonly at: number; readonly since: number }[] = [];
  #heard = Date.now();

  /** How many gaps were told. */
  get gaps(): number {
    return this.#gaps.length;
  }

  take(frame: Frame): void {
    const at = Date.now();
    const { gap } = frame;
    if (gap !== undefined) {
      return void this.#gaps.push({ cause: gap.cause, at, since: this.#heard });
    }
    const text = textOf(frame);
    const [, name = "", digits = ""] = /^(\D+)(\d+)$/.exec(text) ?? [];
    if (digits === "") return;
    this.#heard = at;
    const number = Number(digits);
    const last = this.#last.get(name)?.number ?? -1;
    assert(number > last, `${text} after ${name}${last}`);
    this.#hole(name, number);
    this.#last.set(name, { number, gaps: this.gaps });
  }

  #hole(name: string, next: number): void {
    const { number, gaps } = this.#last.get(name) ?? { number: -1, gaps: 0 };
    if (next === number + 1) return;
    this.#holes.push({ name, first: number + 1, last: next - 1, told: this.gaps > gaps });
  }

  /** A publisher has published no more than so many. */
  end(name: string, count: number): void {
    this.#hole(name, count);
  }

  /** What did not come was told, or its publisher knows that it may not have got out. */
  complete(failed: ReadonlySet<string>): void {
    for (const { name, first, last, told } of this.#holes) {
      if (told) continue;
      const numbers = Array.from({ length: last - first + 1 }, (_, i) => `${name}${first + i}`);
      assertEquals(numbers.filter((text) => !failed.has(text)), [], "missing without a word");
    }
  }

  /** Whatever was told has its reason: something was done to the history since the last message. */
  justified(losses: readonly Loss[]): void {
    for (const { cause, at, since } of this.#gaps) {
      const reason = losses.some(({ from, to }) => from <= at && to >= since - LATE);
      const before = losses.map(({ to }) => to - since).join(", ");
      assert(
        reason,
        `${cause} ${at - since} ms after the last message, with losses at ${before} ms from that`,
      );
    }
  }
}
