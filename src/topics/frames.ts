import type { Recorded } from "../brokers/port.ts";
import { checkSendData, type SendData } from "../connection/message.ts";
import type { ReplayOptions } from "./replay_options.ts";

/**
 * Where a message carries what was made of it. Not a WeakMap: V8 keeps some hundred bytes for each
 * entry of one, long after its message is gone.
 */
const MADE: unique symbol = Symbol("made");

interface Framed extends Recorded {
  [MADE]?: { readonly by: Frames; readonly data: SendData | undefined };
}

/** What subscribers are sent of messages: made once of each, whatever the number of subscribers. */
export class Frames {
  readonly #frame: ReplayOptions["frame"];
  readonly #report: (error: unknown) => void;

  /** `report` is told what `frame` throws. */
  constructor(frame: ReplayOptions["frame"], report: (error: unknown) => void) {
    this.#frame = frame;
    this.#report = report;
  }

  /** `undefined` if `frame` failed, which is reported once. */
  of(message: Framed): SendData | undefined {
    if (this.#frame === undefined) return message.data;
    const made = message[MADE];
    if (made?.by === this) return made.data;
    const data = this.#make(message);
    message[MADE] = { by: this, data };
    return data;
  }

  #make({ data, position }: Recorded): SendData | undefined {
    try {
      const framed = this.#frame?.(data, position);
      checkSendData(framed);
      return framed;
    } catch (error) {
      this.#report(error);
    }
  }
}
