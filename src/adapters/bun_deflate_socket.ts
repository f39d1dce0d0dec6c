import { byteLength, type SendData } from "../connection/message.ts";
import type { SendResult } from "../connection/socket.ts";
import { type BunServerWebSocket, BunSocket } from "./bun_socket.ts";

/**
 * A socket of Bun on a route that compresses. Bun compresses a message at once, and none if the client
 * has not offered it; what it says of a message is the same as of one that is not compressed.
 */
export class BunDeflateSocket extends BunSocket {
  readonly #threshold: number;

  /** `threshold`: bytes from which on a message is compressed. */
  constructor(raw: BunServerWebSocket, threshold: number) {
    super(raw);
    this.#threshold = threshold;
  }

  override send(data: SendData): SendResult {
    const size = byteLength(data);
    if (size < this.#threshold) return super.send(data);
    // Bun takes views of every kind. An empty one is never compressed, so that 0 is a dropped one.
    const bytes = data as string | ArrayBuffer | Uint8Array<ArrayBuffer>;
    const result = this.raw.send(bytes, true);
    return result > 0 ? "sent" : result < 0 ? "queued" : "gone";
  }
}
