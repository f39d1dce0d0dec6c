import type { Message } from "../connection/message.ts";

/** What is in an envelope. */
export interface Envelope {
  /** `message`; `beacon`, which says no more than how far its publisher is; `canary`. */
  readonly kind: "message" | "beacon" | "canary";
  /** The process that it comes from: 16 hexadecimal digits. */
  readonly publisher: string;
  /** Counts what that process has published to this topic. */
  readonly sequence: number;
  /** Whether the count goes on at a higher number, because the process had forgotten the topic. */
  readonly restarted: boolean;
  /** The id of the connection that is left out; `""` for none. */
  readonly origin: string;
  readonly data: Message;
}

/** What goes over a channel. Of text it is text, which clients send with fewer copies. */
export type Packet = string | Uint8Array<ArrayBuffer>;

/*
 * In ASCII, so that text in an envelope is text:
 * 0..2    "es1": whose it is, and the version
 * 3       flags, a hexadecimal digit
 * 4..19   the publisher
 * 20..33  the sequence, in hexadecimal digits
 * 34..35  bytes of the origin, in hexadecimal digits
 * then    the origin, then the data
 */
const MAGIC = "es1";
const HEAD = /^es1[0-9a-f]{33}$/;
const TEXT = 1;
const BEACON = 2;
const CANARY = 4;
const RESTARTED = 8;

/** Bytes of an envelope without origin and data. */
export const HEADER = 36;

/** Bytes of an origin; one that is longer is left away. */
const LONGEST_ORIGIN = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** The packet for an envelope. */
export function encode(envelope: Envelope): Packet {
  const { kind, publisher, sequence, restarted, origin, data } = envelope;
  const flags = (typeof data === "string" ? TEXT : 0) | (restarted ? RESTARTED : 0) |
    (kind === "message" ? 0 : kind === "beacon" ? BEACON : CANARY);
  let bytes = origin === "" ? 0 : encoder.encode(origin).length;
  if (bytes > LONGEST_ORIGIN) bytes = 0;
  const head = MAGIC + flags.toString(16) + publisher + hex(sequence, 14) +
    (bytes === 0 ? "00" : hex(bytes, 2) + origin);
  if (typeof data === "string") return head + data;
  const packet = new Uint8Array(HEADER + bytes + data.byteLength);
  encoder.encodeInto(head, packet);
  packet.set(new Uint8Array(data), HEADER + bytes);
  return packet;
}

/**
 * What the bytes of a packet say; `undefined` if no edgesocket of this version wrote them.
 *
 * @param own A publisher whose messages are not needed: their data are left out.
 */
export function decode(bytes: Uint8Array, own?: string): Envelope | undefined {
  const head = latin1.decode(bytes.subarray(0, HEADER));
  if (!HEAD.test(head)) return;
  const flags = parseInt(head[3]!, 16);
  const end = HEADER + parseInt(head.slice(34), 16);
  if (bytes.length < end) return;
  const kind = flags & BEACON ? "beacon" : flags & CANARY ? "canary" : "message";
  const publisher = head.slice(4, 20);
  const sequence = parseInt(head.slice(20, 34), 16);
  if (!Number.isSafeInteger(sequence)) return;
  const restarted = (flags & RESTARTED) !== 0;
  if (kind === "message" && publisher === own) {
    return { kind, publisher, sequence, restarted, origin: "", data: "" };
  }
  try {
    const origin = end === HEADER ? "" : decoder.decode(bytes.subarray(HEADER, end));
    const rest = bytes.subarray(end);
    // In a buffer of their own: clients hand out pieces of a larger one.
    const data = flags & TEXT ? decoder.decode(rest) : new Uint8Array(rest).buffer;
    return { kind, publisher, sequence, restarted, origin, data };
  } catch {
    // It is no UTF-8.
    return;
  }
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
