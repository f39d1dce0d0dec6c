import { ByteCursor } from "./byte_cursor.ts";
import { malformed } from "./wire_error.ts";

/**
 * Reads what MessagePack's extension -1 has in it: seconds since 1970, or nanoseconds and seconds. A
 * date has milliseconds: the rest is cut off.
 *
 * @throws {WireError} If it has another length than there are, or is beyond what a date can hold.
 */
export function readTimestamp(bytes: Uint8Array): Date {
  const [seconds, nanoseconds] = partsOf(new ByteCursor(bytes), bytes.length);
  const date = new Date(seconds * 1000 + Math.floor(nanoseconds / 1_000_000));
  if (Number.isNaN(date.getTime())) throw malformed("a time that a Date can hold", `${seconds} s`);
  return date;
}

function partsOf(cursor: ByteCursor, length: number): [seconds: number, nanoseconds: number] {
  if (length === 4) return [cursor.unsigned(2), 0];
  if (length === 8) {
    // 30 bits of nanoseconds, then 34 of seconds.
    const high = cursor.unsigned(2);
    return [(high & 3) * 2 ** 32 + cursor.unsigned(2), high >>> 2];
  }
  if (length !== 12) throw malformed("a timestamp of 4, 8 or 12 bytes", `${length}`);
  const nanoseconds = cursor.unsigned(2);
  return [Number(cursor.signed64()), nanoseconds];
}
