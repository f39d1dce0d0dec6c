/** Messages of one side that did not come. */
export interface Hole {
  readonly side: keyof Counts;
  readonly first: number;
  readonly last: number;
  /** Whether a loss was told since the message before it. */
  readonly told: boolean;
}

/** The two that publish. */
const SIDES = ["x", "y"] as const;

/** How many messages each side has published. */
export type Counts = Readonly<Record<typeof SIDES[number], number>>;

/**
 * What one of thousands of subscribers got of one topic: `m x0 position` and so on are messages of one
 * side, with growing numbers, `g cause position` is a loss that was told.
 */
export class Account {
  /** Where the subscriber is, where there is a history. */
  position: string | undefined;
  /** How many messages came. */
  messages = 0;
  /** The losses that were told. */
  readonly causes: string[] = [];
  /** What came out of order, or twice. */
  readonly wrong: string[] = [];
  readonly #holes: Hole[] = [];
  /** By side: the number that comes next, and how many losses had been told by the last message. */
  readonly #next = [0, 0];
  readonly #told = [0, 0];

  /** Something came. */
  take(text: string): void {
    const [kind = "", what = "", position = ""] = text.split(" ");
    if (position !== "") this.position = position;
    if (kind === "g") this.causes.push(what);
    if (kind !== "m") return;
    const side = SIDES.findIndex((name) => what.startsWith(name));
    const [number, next] = [Number(what.slice(1)), this.#next[side]];
    if (next === undefined || !(number >= next)) {
      return void this.wrong.push(`${what} before ${next}`);
    }
    this.messages++;
    const hole = this.#holeBefore(side, number);
    if (hole !== undefined) this.#holes.push(hole);
    this.#next[side] = number + 1;
    this.#told[side] = this.causes.length;
  }

  #holeBefore(side: number, number: number): Hole | undefined {
    const first = this.#next[side]!;
    if (number <= first) return;
    const told = this.causes.length > this.#told[side]!;
    return { side: SIDES[side]!, first, last: number - 1, told };
  }

  /** Whether the last message of each side is there. */
  has({ x, y }: Counts): boolean {
    return this.#next[0]! >= x && this.#next[1]! >= y;
  }

  /** All that is missing, if each side has published so many. */
  missing({ x, y }: Counts): Hole[] {
    const last = [this.#holeBefore(0, x), this.#holeBefore(1, y)];
    return [...this.#holes, ...last.filter((hole) => hole !== undefined)];
  }
}
