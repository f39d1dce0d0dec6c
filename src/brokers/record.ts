import type { Message } from "../connection/message.ts";
import type { Packet } from "./envelope.ts";
import type { Relayed } from "./port.ts";

/** A message as it lies in the history of an engine. */
export interface Record extends Relayed {
  /** 16 letters and digits that no other message has. */
  readonly nonce: string;
}

/*
 * In ASCII, so that text in a record is text:
 * 0..2    "er1": whose it is, and the version
 * 3       "t" for text, "b" for bytes
 * 4..5    bytes of the origin, in hexadecimal digits
 * 6..21   the nonce
 * then    the origin, then the data
 */
const HEAD = /^er1[tb][0-9a-f]{2}[0-9a-z]{16}$/;

/** Bytes of a record without origin and data. */
export const RECORD_HEADER = 22;

/** Bytes of an origin; one that is longer is left away. */
const LONGEST_ORIGIN = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** The packet for a record. */
export function encodeRecord(data: Message, origin: string, nonce: string): Packet {
  let bytes = origin === "" ? 0 : encoder.encode(origin).length;
  if (bytes > LONGEST_ORIGIN) bytes = 0;
  const head = (typeof data === "string" ? "er1t" : "er1b") +
    bytes.toString(16).padStart(2, "0") + nonce + (bytes === 0 ? "" : origin);
  if (typeof data === "string") return head + data;
  const packet = new Uint8Array(RECORD_HEADER + bytes + data.byteLength);
  encoder.encodeInto(head, packet);
  packet.set(new Uint8Array(data), RECORD_HEADER + bytes);
  return packet;
}

/** What the bytes of a record say; `undefined` if no edgesocket of this version wrote them. */
export function decodeRecord(bytes: Uint8Array): Record | undefined {
  const head = latin1.decode(bytes.subarray(0, RECORD_HEADER));
  if (!HEAD.test(head)) return;
  const end = RECORD_HEADER + parseInt(head.slice(4, 6), 16);
  if (bytes.length < end) return;
  try {
    const origin = end === RECORD_HEADER ? "" : decoder.decode(bytes.subarray(RECORD_HEADER, end));
    const rest = bytes.subarray(end);
    // In a buffer of their own: clients hand out pieces of a larger one.
    const data = head[3] === "t" ? decoder.decode(rest) : new Uint8Array(rest).buffer;
    return { data, origin, nonce: head.slice(6) };
  } catch {
    // It is no UTF-8.
    return;
  }
}

/** Makes nonces: half of each is of this process, half counts. */
export class Nonces {
  readonly #process = randomDigits();
  #count = 0;

  next(): string {
    return this.#process + (this.#count++).toString(36).padStart(8, "0");
  }
}

/** 8 letters and digits. */
export function randomDigits(): string {
  const [one = 0, other = 0] = crypto.getRandomValues(new Uint32Array(2));
  return ((one * 2 ** 20 + other % 2 ** 20) % 36 ** 8).toString(36).padStart(8, "0");
}

/** The nonce of a packet; `""` if it is none of ours. */
export function nonceOf(packet: Packet | Uint8Array): string {
  const head = typeof packet === "string"
    ? packet
    : latin1.decode(packet.subarray(0, RECORD_HEADER));
  const nonce = head.slice(6, RECORD_HEADER);
  return HEAD.test(head.slice(0, RECORD_HEADER)) ? nonce : "";
}
