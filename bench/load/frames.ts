/** Frames of RFC 6455 §5.2, made once. */

/** Any mask serves: it costs the server the same. */
const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

export const TEXT = 0x1;
export const BINARY = 0x2;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** A whole message from a client: masked, as a client has to. */
export function masked(opcode: number, payload: Uint8Array): Uint8Array {
  const hidden = payload.map((byte, index) => byte ^ MASK[index % 4]!);
  return Uint8Array.of(...head(opcode, payload.length, 0x80), ...MASK, ...hidden);
}

/** A whole message from a server. */
export function unmasked(opcode: number, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(...head(opcode, payload.length, 0), ...payload);
}

/** The header up to the mask, in its shortest form. */
function head(opcode: number, size: number, maskBit: 0 | 0x80): Uint8Array {
  const extended = size < 126 ? 0 : size < 65_536 ? 2 : 8;
  const bytes = new Uint8Array(2 + extended);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80 | opcode;
  bytes[1] = maskBit | (extended === 0 ? size : extended === 2 ? 126 : 127);
  if (extended === 2) view.setUint16(2, size);
  if (extended === 8) view.setBigUint64(2, BigInt(size));
  return bytes;
}

/** Close code 1000. */
export const CLOSE_FRAME: Uint8Array = masked(CLOSE, Uint8Array.of(0x03, 0xe8));
/** The answer to a ping without payload, which is what servers send. */
export const PONG_FRAME: Uint8Array = masked(PONG, new Uint8Array());

/**
 * Counts messages in a stream of bytes by the lengths in their headers, where control frames may come
 * in between; payloads are skipped. Where a chunk ends makes no difference.
 */
export class FrameCounter {
  /** Whether a close frame came. */
  closed = false;
  /** Pings that came. */
  pings = 0;
  #opcode = 0;
  /** Bytes of the header that are still to come; -1 between frames, 0 in the payload. */
  #header = -1;
  /** Bytes of the payload that are still to come. */
  #payload = 0;

  /** Returns how many messages end in this chunk. */
  count(chunk: Uint8Array): number {
    let messages = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#header === 0) {
        const step = Math.min(this.#payload, chunk.length - at);
        this.#payload -= step;
        at += step;
      } else {
        this.#read(chunk[at++]!);
      }
      if (this.#header === 0 && this.#payload === 0) {
        this.#header = -1;
        messages += this.#end();
      }
    }
    return messages;
  }

  #read(byte: number): void {
    if (this.#header === -1) {
      this.#opcode = byte & 0x0f;
      this.#header = 9;
    } else if (this.#header === 9) {
      const length = byte & 0x7f;
      this.#header = length < 126 ? 0 : length === 126 ? 2 : 8;
      this.#payload = length < 126 ? length : 0;
    } else {
      this.#header--;
      this.#payload = this.#payload * 256 + byte;
    }
  }

  #end(): 0 | 1 {
    if (this.#opcode < CLOSE) return 1;
    if (this.#opcode === CLOSE) this.closed = true;
    if (this.#opcode === PING) this.pings++;
    return 0;
  }
}
