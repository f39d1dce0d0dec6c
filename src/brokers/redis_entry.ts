import type { Entry } from "./history_engine.ts";
import { type Mark, positionOf } from "./mark.ts";
import { decodeRecord } from "./record.ts";

const HEAD = /^ep1 (\w{0,8}) (\w{1,20}) (\d{1,15})-(\d{1,15})$/;

/** Bytes that the head of a message may have. */
const LONGEST_HEAD = 80;

const latin1 = new TextDecoder("latin1");

/** A message as the script publishes it: its place in the history, a line break, the record. */
export class RedisStamp {
  readonly mark: Mark;
  readonly rest: Uint8Array;

  private constructor(mark: Mark, rest: Uint8Array) {
    this.mark = mark;
    this.rest = rest;
  }

  /** `undefined` if the script did not write it. */
  static of(bytes: Uint8Array): RedisStamp | undefined {
    const end = bytes.subarray(0, LONGEST_HEAD).indexOf(10);
    const match = end < 0 ? null : HEAD.exec(latin1.decode(bytes.subarray(0, end)));
    if (match === null) return;
    const [, run = "", stored = "", time = "", offset = ""] = match;
    const check = Number(time).toString(36);
    const mark = { epoch: stored + run, offset: Number(offset), check };
    return new RedisStamp(mark, bytes.subarray(end + 1));
  }
}

/** The entry for a record, whose numbers have no holes. */
export function entryOf(mark: Mark, record: Uint8Array): Entry {
  const found = decodeRecord(record);
  const previous = mark.offset - 1;
  if (found === undefined) return { mark, previous, recorded: undefined };
  const { data, origin } = found;
  return { mark, previous, recorded: { data, origin, position: positionOf(mark) } };
}
