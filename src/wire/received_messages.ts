import { WireError } from "./wire_error.ts";

/**
 * What has come from the other side, numbered from 1 as there: which of it is new after a cut, and
 * what is to be acknowledged.
 *
 * Source: SignalR, TransportProtocols, stateful reconnect.
 */
export class ReceivedMessages {
  readonly #often: number;
  /** The number of the next message, and of the last one that was new. */
  #next = 1;
  #latest = 0;
  #acknowledged = 0;
  #bytes = 0;
  /** Whether everything is passed over until the other side says where it goes on. */
  #waits = false;

  /** @param often Bytes after which an acknowledgement is due. */
  constructor(often: number) {
    this.#often = often;
  }

  /**
   * A message that is counted has come.
   *
   * @param bytes Its size.
   * @returns Whether it is new.
   */
  take(bytes: number): boolean {
    if (this.#waits) return false;
    const id = this.#next++;
    if (id <= this.#latest) return false;
    this.#latest = id;
    this.#bytes += bytes;
    return true;
  }

  /** Whether so much has come that it is to be acknowledged at once. */
  get due(): boolean {
    return this.#bytes >= this.#often;
  }

  /** What to acknowledge; `undefined` if the other side knows. */
  acknowledgement(): number | undefined {
    if (this.#latest === this.#acknowledged) return undefined;
    this.#bytes = 0;
    return this.#acknowledged = this.#latest;
  }

  /** The other side is there again: nothing counts until it says where it goes on. */
  wait(): void {
    this.#waits = true;
    // The cut may have taken the last acknowledgement with it, which the other side waits for.
    this.#acknowledged = 0;
  }

  /**
   * It says where it goes on.
   *
   * @throws {WireError} If messages are missing before that.
   */
  goOn(id: number): void {
    if (!Number.isInteger(id) || id < 1 || id > this.#latest + 1) {
      throw new WireError(`Expected a sequence of up to ${this.#latest + 1}, got ${id}.`);
    }
    this.#next = id;
    this.#waits = false;
  }
}
