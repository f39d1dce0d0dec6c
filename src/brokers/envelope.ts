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

/*
 * byte 0      0xe5, byte 1 the version
 * byte 2      flags
 * byte 3      bytes of the origin
 * byte 4..11  the publisher
 * byte 12..19 the sequence, as a float64
 * then        the origin, then the data
 */
const MAGIC = 0xe5;
const VERSION = 1;
const TEXT = 1;
const BEACON = 2;
const CANARY = 4;
const RESTARTED = 8;
const KNOWN = TEXT | BEACON | CANARY | RESTARTED;

/** Bytes of an envelope without origin and data. */
export const HEADER = 20;

/** An origin that is longer is left away. */
const LONGEST_ORIGIN = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of an envelope. */
export function encode(envelope: Envelope): Uint8Array<ArrayBuffer> {
  const { kind, publisher, sequence, restarted, data } = envelope;
  let origin = encoder.encode(envelope.origin);
  if (origin.length > LONGEST_ORIGIN) origin = origin.subarray(0, 0);
  const isText = typeof data === "string";
  const payload = isText ? encoder.encode(data) : new Uint8Array(data);
  const bytes = new Uint8Array(HEADER + origin.length + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = MAGIC;
  bytes[1] = VERSION;
  bytes[2] = (isText ? TEXT : 0) | (restarted ? RESTARTED : 0) |
    (kind === "beacon" ? BEACON : kind === "canary" ? CANARY : 0);
  bytes[3] = origin.length;
  view.setUint32(4, parseInt(publisher.slice(0, 8), 16));
  view.setUint32(8, parseInt(publisher.slice(8), 16));
  view.setFloat64(12, sequence);
  bytes.set(origin, HEADER);
  bytes.set(payload, HEADER + origin.length);
  return bytes;
}

/**
 * What the bytes say; `undefined` if no edgesocket of this version wrote them.
 *
 * @param own A publisher whose messages are not needed: their data are left out.
 */
export function decode(bytes: Uint8Array, own?: string): Envelope | undefined {
  if (bytes.length < HEADER || bytes[0] !== MAGIC || bytes[1] !== VERSION) return;
  const flags = bytes[2]!;
  const end = HEADER + bytes[3]!;
  if ((flags & ~KNOWN) !== 0 || bytes.length < end) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sequence = view.getFloat64(12);
  if (!Number.isSafeInteger(sequence) || sequence < 0) return;
  const kind = flags & BEACON ? "beacon" : flags & CANARY ? "canary" : "message";
  const publisher = hex(view.getUint32(4)) + hex(view.getUint32(8));
  const restarted = (flags & RESTARTED) !== 0;
  if (kind === "message" && publisher === own) {
    return { kind, publisher, sequence, restarted, origin: "", data: "" };
  }
  try {
    return {
      kind,
      publisher,
      sequence,
      restarted,
      origin: end === HEADER ? "" : decoder.decode(bytes.subarray(HEADER, end)),
      data: flags & TEXT ? decoder.decode(bytes.subarray(end)) : bufferOf(bytes.subarray(end)),
    };
  } catch {
    // It is no UTF-8.
    return;
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}

/** The bytes in a buffer of their own: clients hand out pieces of a larger one. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
