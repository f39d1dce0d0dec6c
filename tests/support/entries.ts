import type { Entry, Stretch } from "../../src/brokers/history_engine.ts";
import { type Mark, positionOf } from "../../src/brokers/mark.ts";

/** The mark with a number, in the epoch `e`. */
export function at(offset: number, epoch = "e"): Mark {
  return { epoch, offset, check: `c${offset}` };
}

/** Entries from one number to another, each behind the one before; `data` is the number as text. */
export function entries(from: number, to: number, epoch = "e"): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const mark = at(from + i, epoch);
    const recorded = { data: `${from + i}`, origin: "", position: positionOf(mark) };
    return { mark, previous: from + i - 1, recorded };
  });
}

/** A stretch of those entries, up to the end unless there is a `head` behind it. */
export function stretch(from: number, to: number, head = to, epoch = "e"): Stretch {
  return { entries: entries(from, to, epoch), head: at(head, epoch), done: to >= head };
}

/** What entries say. */
export const textsOf = (list: readonly Entry[] | undefined) =>
  list?.map(({ recorded }) => recorded?.data);
