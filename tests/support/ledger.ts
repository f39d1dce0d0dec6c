import { assert, assertEquals } from "@std/assert";
import { type Frame, textOf } from "./replay_client.ts";

/** What one subscriber got of numbered messages, such as `a0`, `a1`, …: in order, and none twice. */
export class Ledger {
  /** By the name of their publisher, the numbers that came. */
  readonly #came = new Map<string, Set<number>>();
  readonly #last = new Map<string, number>();
  /** The causes of gaps, in their order. */
  readonly gaps: string[] = [];
  #count = 0;

  take(frame: Frame): void {
    const text = textOf(frame);
    if (frame.gap !== undefined) return void this.gaps.push(frame.gap.cause);
    const [, name = "", digits = ""] = /^(\D+)(\d+)$/.exec(text) ?? [];
    if (digits === "") return;
    const number = Number(digits);
    const last = this.#last.get(name) ?? -1;
    assert(number > last, `${text} after ${name}${last}`);
    this.#last.set(name, number);
    const numbers = this.#came.get(name) ?? new Set();
    this.#came.set(name, numbers.add(number));
    this.#count++;
  }

  /** How many messages came. */
  get count(): number {
    return this.#count;
  }

  /** Which of so many messages of a publisher did not come. */
  missing(name: string, count: number): number[] {
    const came = this.#came.get(name) ?? new Set();
    return Array.from({ length: count }, (_, i) => i).filter((i) => !came.has(i));
  }

  /** All came but those of which their publisher knows that they may not have got out. */
  complete(name: string, count: number, failed: ReadonlySet<string>): void {
    const untold = this.missing(name, count).filter((number) => !failed.has(`${name}${number}`));
    assertEquals(untold, [], `of ${name}, with gaps ${this.gaps}`);
  }
}
