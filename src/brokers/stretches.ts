import type { Clock } from "../base/clock.ts";
import { byteLength, MESSAGE_OVERHEAD } from "../connection/message.ts";
import type { Entry, Stretch } from "./history_engine.ts";
import { type Mark, sameMark } from "./mark.ts";

/** Milliseconds for which something that was read is kept: others who come back want it, too. */
const KEPT = 5_000;

/** Bytes that are kept, of all topics together, and of what came last in one. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Something that was read, from where on. */
export interface Read {
  readonly topic: string;
  readonly from: Mark | "start";
  readonly stretch: Stretch;
}

/** The entries of a stretch behind a mark that is in it, or that it begins behind. */
export function entriesBehind(
  { from, stretch }: Pick<Read, "from" | "stretch">,
  mark: Mark | "start",
): readonly Entry[] | undefined {
  const { entries } = stretch;
  if (mark === "start" || from === "start") {
    if (mark === from) return entries;
    if (mark === "start") return;
  } else if (sameMark(from, mark)) return entries;
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.mark.offset >= mark.offset) high = middle;
    else low = middle + 1;
  }
  const found = entries[low];
  if (found !== undefined && sameMark(found.mark, mark)) return entries.slice(low + 1);
}

/** Bytes that entries take in memory. */
export function sizeOf(entries: readonly Entry[]): number {
  let size = 0;
  for (const { recorded } of entries) size += MESSAGE_OVERHEAD + byteLength(recorded?.data ?? "");
  return size;
}

/** What was read from histories a moment ago. */
export class Stretches {
  readonly #clock: Clock;
  /** By topic, the last one last. */
  readonly #kept = new Map<string, { readonly read: Read; readonly size: number }[]>();
  #size = 0;
  #stop: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes that are kept. */
  get size(): number {
    return this.#size;
  }

  /** Keeps what was read for a while. */
  add(read: Read): void {
    const size = sizeOf(read.stretch.entries);
    if (read.stretch.entries.length === 0 || size > MOST_BYTES) return;
    if (this.#size + size > MOST_BYTES) this.clear();
    const list = this.#kept.get(read.topic) ?? [];
    this.#kept.set(read.topic, list);
    list.push({ read, size });
    this.#size += size;
    // All at once: what comes back comes back together.
    this.#stop ??= this.#clock.after(KEPT, () => this.clear());
  }

  /** Entries behind a mark, some at least; `undefined` if they are not here. */
  find(topic: string, mark: Mark | "start"): readonly Entry[] | undefined {
    for (const { read } of this.#kept.get(topic) ?? []) {
      const entries = entriesBehind(read, mark);
      if (entries !== undefined && entries.length > 0) return entries;
    }
  }

  /** Keeps nothing any more. */
  clear(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#kept.clear();
    this.#size = 0;
  }
}
