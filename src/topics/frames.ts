import type { Recorded } from "../brokers/port.ts";
import { checkSendData, type SendData } from "../connection/message.ts";
import type { ReplayOptions } from "./replay_options.ts";

/** What subscribers are sent of messages: made once of each, whatever the number of subscribers. */
export class Frames {
  readonly #frame: ReplayOptions["frame"];
  readonly #report: (error: unknown) => void;
  readonly #made = new WeakMap<Recorded, { readonly data: SendData | undefined }>();

  /** `report` is told what `frame` throws. */
  constructor(frame: ReplayOptions["frame"], report: (error: unknown) => void) {
    this.#frame = frame;
    this.#report = report;
  }

  /** `undefined` if `frame` failed, which is reported once. */
  of(message: Recorded): SendData | undefined {
    if (this.#frame === undefined) return message.data;
    let made = this.#made.get(message);
    if (made === undefined) this.#made.set(message, made = { data: this.#make(message) });
    return made.data;
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
