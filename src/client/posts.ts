import { within } from "./deadline.ts";
import type { Data } from "./link.ts";
import { request, type Requesting } from "./request.ts";

/** Milliseconds that an answer may take, beside those for the body on its way. */
const PATIENCE = 30_000;

/** Bytes in a millisecond of the slowest network that a body may take: 64 kbit/s. */
const SLOWEST = 8;

/** What a client sends where it can only ask: one request after another, each with all that waits. */
export class Posts {
  readonly #context: Requesting;
  readonly #url: URL;
  readonly #signal: AbortSignal;
  readonly #failed: (reason: unknown) => void;
  #pieces: Data[] = [];
  #busy = false;
  /** Characters or bytes that the server may not have got yet. */
  waiting = 0;

  /** @param failed Called when something could not be sent. */
  constructor(
    context: Requesting,
    url: URL,
    signal: AbortSignal,
    failed: (reason: unknown) => void,
  ) {
    this.#context = context;
    this.#url = url;
    this.#signal = signal;
    this.#failed = failed;
  }

  send(data: Data): void {
    this.#pieces.push(data);
    this.waiting += data.length;
    if (!this.#busy) this.#run().catch(this.#failed);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    // What is sent in one turn goes out together.
    await Promise.resolve();
    while (this.#pieces.length > 0) {
      const { waiting } = this;
      const body = new Blob(this.#pieces.splice(0));
      const parts = { body, signal: this.#signal };
      const response = await within(
        this.#context.world.clock,
        request(this.#context, this.#url, "POST", undefined, parts),
        PATIENCE + body.size / SLOWEST,
      );
      await response.body?.cancel();
      this.waiting -= waiting;
    }
    this.#busy = false;
  }
}
