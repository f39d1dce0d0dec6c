import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Frame, FrameOptions } from "./raw_client.ts";

/** What every client may offer, as browsers do. */
export const OFFER = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };

/** RSV1: the message is compressed. */
export const COMPRESSED: FrameOptions = { rsv: 4 };

/** What is cut off of each compressed message, and put back: RFC 7692 §7.2. */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const FLUSH = { finishFlush: constants.Z_SYNC_FLUSH };

/** The payload of a compressed message. */
export function deflated(data: string | Uint8Array): Buffer {
  const bytes = deflateRawSync(data, FLUSH);
  return bytes.subarray(0, bytes.length - TAIL.length);
}

/** The same, whose last block says that it is the last: RFC 7692 §7.2.3.4. */
export function deflatedToTheEnd(data: string | Uint8Array): Buffer {
  return Buffer.concat([deflateRawSync(data), Buffer.from([0])]);
}

/** The message that a frame holds as a whole, compressed or not. */
export function messageIn(frame: Frame | undefined): Buffer {
  if (frame === undefined) throw new Error("expected a frame, got none");
  if (frame.rsv !== COMPRESSED.rsv) return frame.payload;
  return inflateRawSync(Buffer.concat([frame.payload, TAIL]), FLUSH);
}

/** Text with a number that gets shorter, but not to nothing. */
export function dense(index: number, size: number): string {
  let text = `${index} `;
  for (let seed = index + 1; text.length < size;) {
    seed = seed * 16_807 % 2_147_483_647;
    text += `${seed} `;
  }
  return text.slice(0, size);
}
