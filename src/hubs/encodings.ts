import { json } from "../wire/json.ts";
import { loadMessagePack } from "../wire/messagepack_library.ts";
import type { HubProtocol } from "../wire/protocol.ts";

/** The names of the encodings that clients may ask for. */
export const ENCODINGS: readonly string[] = ["json", "messagepack"];

/** The encodings of one hub: JSON is at hand, MessagePack is loaded for the first who asks for it. */
export class Encodings {
  readonly #load: () => Promise<HubProtocol>;
  #messagePack: HubProtocol | Promise<HubProtocol> | undefined;
  #told = false;

  /** @param load Gives MessagePack, or says why not. */
  constructor(load: () => Promise<HubProtocol> = loadMessagePack) {
    this.#load = load;
  }

  /** One of the encodings, or a promise while it is loaded. What cannot be loaded is not tried again. */
  find(name: string): HubProtocol | Promise<HubProtocol> {
    return name === "messagepack" ? this.#messagePack ??= this.#loaded() : json;
  }

  /** Tells of what could not be loaded: the first time only, not for each client that wants it. */
  tell(report: (error: unknown) => void, error: unknown): void {
    if (this.#told) return;
    this.#told = true;
    report(error);
  }

  async #loaded(): Promise<HubProtocol> {
    return this.#messagePack = await this.#load();
  }
}
