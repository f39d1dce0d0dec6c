import type { Data } from "./link.ts";

/** Bytes after which what has come is acknowledged at once. Servers keep 100,000 for us. */
const OFTEN = 16_384;

/**
 * The numbers of messages in both directions, from 1, and what was sent and not acknowledged: what
 * lets a session go on after a cut.
 *
 * Source: SignalR, TransportProtocols, stateful reconnect.
 */
export class Replay {
  /** What would be sent again. */
  kept: Data[] = [];
  /** The number of the first of it, or else of the next message. */
  first = 1;
  /** Its bytes or characters. */
  size = 0;
  /** The number of the next message to come, and of the last one that was new. */
  #next = 1;
  #latest = 0;
  #acknowledged = 0;
  #bytes = 0;

  /** A message is sent. */
  add(data: Data): void {
    this.kept.push(data);
    this.size += data.length;
  }

  /** The other side has everything up to a message. */
  acknowledge(id: number): void {
    for (const { length } of this.kept.splice(0, id + 1 - this.first)) {
      this.size -= length;
      this.first++;
    }
  }

  /**
   * A message has come. Says whether it is new, and not one that was sent again.
   *
   * @param bytes Its size.
   */
  take(bytes: number): boolean {
    if (this.#next++ <= this.#latest) return false;
    this.#latest++;
    this.#bytes += bytes;
    return true;
  }

  /** Whether so much has come that it is to be acknowledged at once. */
  get due(): boolean {
    return this.#bytes > OFTEN;
  }

  /** What to acknowledge; `undefined` if the other side knows. */
  acknowledgement(): number | undefined {
    this.#bytes = 0;
    if (this.#acknowledged === this.#latest) return;
    return this.#acknowledged = this.#latest;
  }

  /** The other side is there again: nothing counts until it says where it goes on. */
  wait(): void {
    this.#next = -Infinity;
    // The cut may have taken the last acknowledgement with it, which the other side waits for.
    this.#acknowledged = 0;
  }

  /**
   * It says where it goes on.
   *
   * @throws {Error} If messages are missing before that.
   */
  goOn(id: number): void {
    if (!(id <= this.#latest + 1)) throw new Error("the server does not send all");
    this.#next = id;
  }
}
