import type { MessageHeaders } from "./engine.ts";
import type { Entry } from "./history_engine.ts";
import { positionOf } from "./mark.ts";
import { decodeRecord, nonceOf } from "./record.ts";

/** The check of a message that none of us wrote. */
const FOREIGN = "x";

/** What tells a message of a stream from another one that got the same number. */
export function checkOf(data: Uint8Array): string {
  return nonceOf(data) || FOREIGN;
}

/** The entry for a message out of a stream, which does not say what was before it. */
export function storedEntry(epoch: string, data: Uint8Array, seq: number): Entry {
  const found = decodeRecord(data);
  const mark = { epoch, offset: seq, check: checkOf(data) };
  if (found === undefined) return { mark, previous: undefined, recorded: undefined };
  const { data: message, origin } = found;
  const recorded = { data: message, origin, position: positionOf(mark) };
  return { mark, previous: undefined, recorded };
}

/** The entry for a message that came by itself; `undefined` if the stream has not sent it. */
export function liveEntry(
  epoch: string,
  stream: string,
  data: Uint8Array,
  headers: MessageHeaders,
): Entry | undefined {
  const seq = numberOf(headers.get("Nats-Sequence"));
  if (headers.get("Nats-Stream") !== stream || seq === undefined) return;
  return {
    ...storedEntry(epoch, data, seq),
    previous: numberOf(headers.get("Nats-Last-Sequence")),
  };
}

/** 0 stands for none, or for one that is no longer there. */
function numberOf(digits: string): number | undefined {
  return /^\d{1,15}$/.test(digits) && digits !== "0" ? Number(digits) : undefined;
}
