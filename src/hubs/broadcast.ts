import type { HubMessage } from "../wire/message.ts";
import type { HubProtocol } from "../wire/protocol.ts";

/** One message to many clients: encoded once for each encoding that they have. */
export class Broadcast {
  readonly #message: HubMessage;
  readonly #encoded = new Map<HubProtocol, string | Uint8Array<ArrayBuffer>>();

  constructor(message: HubMessage) {
    this.#message = message;
  }

  /** The kind of message. */
  get type(): HubMessage["type"] {
    return this.#message.type;
  }

  /**
   * The message in an encoding.
   *
   * @throws {TypeError} If it has values in it that would be lost.
   */
  in(protocol: HubProtocol): string | Uint8Array<ArrayBuffer> {
    let encoded = this.#encoded.get(protocol);
    if (encoded === undefined) {
      encoded = protocol.encode(this.#message);
      this.#encoded.set(protocol, encoded);
    }
    return encoded;
  }
}
