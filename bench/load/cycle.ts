import { Buffer } from "node:buffer";
import { BINARY, masked, TEXT, unmasked } from "./frames.ts";

/** What all messages of one workload look like. */
export interface MessageShape {
  /** Bytes of payload. */
  readonly size: number;
  readonly binary: boolean;
}

/** Bytes of payload in a cycle, about. */
const CYCLE = 256 * 1024;
const MOST_MESSAGES = 64;

/**
 * Messages that differ from each other, to be sent in this order again and again. A server that
 * loses one, changes one or swaps two is found out.
 */
export class Cycle {
  /** How many there are. */
  readonly length: number;
  /** What a server sends in return for all of them. */
  readonly echo: Buffer;
  /** Bytes of the frame of one echo. */
  readonly echoSize: number;
  /** Frames of a client: all of them, twice, so that runs of them are views. */
  readonly #sent: Uint8Array;
  readonly #sentSize: number;

  /**
   * @param most Messages that are sent in one write at most.
   * @param copies How often each connection hears of a message.
   */
  constructor({ size, binary }: MessageShape, most: number, copies = 1) {
    const payloads = payloadsOf(size, most);
    this.length = payloads.length;
    const opcode = binary ? BINARY : TEXT;
    const echoes = payloads.flatMap((each) => Array(copies).fill(unmasked(opcode, each)));
    const sent = payloads.map((each) => masked(opcode, each));
    this.echo = Buffer.concat(echoes);
    this.echoSize = echoes[0]!.length;
    this.#sent = Buffer.concat([...sent, ...sent]);
    this.#sentSize = sent[0]!.length;
  }

  /** So many messages, from the one at `first` on. */
  messages(first: number, count: number): Uint8Array {
    const start = first % this.length;
    return this.#sent.subarray(start * this.#sentSize, (start + count) * this.#sentSize);
  }
}

/** What the messages of a cycle hold. */
export function payloadsOf(size: number, most = 1): Uint8Array[] {
  const length = Math.max(most, Math.min(MOST_MESSAGES, Math.ceil(CYCLE / size)));
  return Array.from({ length }, (_, index) => payload(index, size));
}

/** Letters that begin with the number of the message. */
function payload(index: number, size: number): Uint8Array {
  const letters = Uint8Array.from({ length: size }, (_, at) => 97 + (index + at) % 26);
  letters.set(new TextEncoder().encode(String(index).padStart(4, "0")).subarray(0, size));
  return letters;
}

/** What one connection has to hear: the echoes of a cycle in order, and nothing in between. */
export class Echoes {
  readonly #cycle: Cycle;
  /** Bytes of the cycle that were heard. */
  #at: number;

  /** `first`: the message that comes first. */
  constructor(cycle: Cycle, first: number) {
    this.#cycle = cycle;
    this.#at = first % cycle.length * (cycle.echo.length / cycle.length);
  }

  /**
   * Returns how many messages end in this chunk.
   *
   * @throws {Error} If it is not, byte for byte, what was sent.
   */
  count(chunk: Uint8Array): number {
    const { echo, echoSize } = this.#cycle;
    let messages = 0;
    for (let at = 0; at < chunk.length;) {
      const step = Math.min(chunk.length - at, echo.length - this.#at);
      if (!echo.subarray(this.#at, this.#at + step).equals(chunk.subarray(at, at + step))) {
        throw new Error(
          `Cannot count an echo: expected number ${Math.floor(this.#at / echoSize)} of ` +
            `${echo.length / echoSize} as it was sent, got other bytes`,
        );
      }
      const end = this.#at + step;
      messages += Math.floor(end / echoSize) - Math.floor(this.#at / echoSize);
      this.#at = end === echo.length ? 0 : end;
      at += step;
    }
    return messages;
  }
}
