import { messageOf } from "../base/contain.ts";
import { MESSAGE_OVERHEAD } from "../connection/message.ts";
import { HandshakeReader, handshakeRefusal, readHandshakeRequest } from "../wire/handshake.ts";
import type { HubProtocol } from "../wire/protocol.ts";
import { ENCODINGS, type Encodings } from "./encodings.ts";
import type { Waiting } from "./waiting.ts";

type Data = string | Uint8Array;

/** What becomes of a handshake. One of the first two is called, and only once. */
export interface Greeted {
  /** Goes on in this encoding, with what has come behind the handshake. */
  begin(protocol: HubProtocol, rest: readonly Data[]): void;
  /** Tells the client why not. */
  refuse(error: string): void;
  /** Tells whoever runs the server of a fault. */
  report(error: unknown): void;
}

/** The handshake of one client: in which encoding it goes on, once that is there. */
export class Greeting {
  readonly #reader: HandshakeReader;
  readonly #encodings: Encodings;
  readonly #waiting: Waiting;
  readonly #greeted: Greeted;
  /** What has come behind the handshake, while its encoding is loaded. */
  #rest: Data[] | undefined;
  #ended = false;

  /** @param maxSize Bytes that the handshake may have. */
  constructor(maxSize: number, encodings: Encodings, waiting: Waiting, greeted: Greeted) {
    this.#reader = new HandshakeReader(maxSize);
    this.#encodings = encodings;
    this.#waiting = waiting;
    this.#greeted = greeted;
  }

  /**
   * Takes what has arrived, in whatever pieces.
   *
   * @throws {WireError} If it is no handshake.
   */
  receive(data: Data): void {
    if (this.#rest !== undefined) return this.#keep(this.#rest, data);
    const found = this.#reader.push(data);
    if (found === undefined) return;
    const request = readHandshakeRequest(found.text);
    const refusal = handshakeRefusal(request, ENCODINGS);
    if (refusal !== undefined) return this.#greeted.refuse(refusal);
    const protocol = this.#encodings.find(request.protocol);
    if (!(protocol instanceof Promise)) return this.#greeted.begin(protocol, [found.rest]);
    const rest: Data[] = this.#rest = [];
    this.#keep(rest, found.rest);
    protocol.then((protocol) => this.#loaded(protocol), (error) => this.#failed(error))
      .catch((error) => this.#greeted.report(error));
  }

  /** It is over: nothing is called any more. */
  end(): void {
    this.#ended = true;
    this.#takeRest();
  }

  #keep(rest: Data[], data: Data): void {
    rest.push(data);
    this.#waiting.add(MESSAGE_OVERHEAD + data.length);
  }

  #takeRest(): Data[] {
    const rest = this.#rest ?? [];
    this.#rest = undefined;
    for (const { length } of rest) this.#waiting.remove(MESSAGE_OVERHEAD + length);
    return rest;
  }

  #loaded(protocol: HubProtocol): void {
    if (!this.#ended) this.#greeted.begin(protocol, this.#takeRest());
  }

  #failed(error: unknown): void {
    this.#encodings.tell((error) => this.#greeted.report(error), error);
    if (!this.#ended) this.#greeted.refuse(messageOf(error));
  }
}
