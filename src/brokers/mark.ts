import type { Position } from "./published.ts";

/** Where a message stands in the history of its topic at an engine. */
export interface Mark {
  /** The history: a topic that begins anew has another one. */
  readonly epoch: string;
  /** Grows with each message of the topic; 0 before the first. */
  readonly offset: number;
  /** What tells this message from another one that got the same number, such as after a restore. */
  readonly check: string;
}

/**
 * The check of a mark at which the topic has no message, up to a number of all topics together: where an
 * engine numbers them so.
 */
export const NOTHING = "-";

/** Characters that a position may have: clients hand in a megabyte, too. */
const LONGEST = 96;

const POSITION = /^([\w-]{1,40})\.([0-9a-z]{1,11})\.([0-9a-z-]{1,20})$/;

/** What users and clients see of a mark. */
export function positionOf({ epoch, offset, check }: Mark): Position {
  return `${epoch}.${offset.toString(36)}.${check}`;
}

/** The mark behind a position; `undefined` if it is none of ours. Anything can come here. */
export function markOf(position: unknown): Mark | undefined {
  if (typeof position !== "string" || position.length > LONGEST) return;
  const [, epoch = "", digits = "", check = ""] = POSITION.exec(position) ?? [];
  const offset = parseInt(digits, 36);
  // One text for each mark, so that nobody hands in others that look alike.
  if (!Number.isSafeInteger(offset) || offset.toString(36) !== digits) return;
  return { epoch, offset, check };
}

/** Whether two marks are the same place. */
export function sameMark(one: Mark, other: Mark): boolean {
  return one.offset === other.offset && one.epoch === other.epoch && one.check === other.check;
}
