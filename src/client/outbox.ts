import type { Data } from "./link.ts";
import type { Line } from "./line.ts";

/** One message on its way out. */
export interface Outgoing {
  readonly data: Data;
  /** Whether it is wanted still; `undefined` for what is of no use in another session. */
  readonly wanted?: () => boolean;
  /** Called when it has been sent, or cannot be any more. */
  readonly done?: () => void;
}

/**
 * What waits to be sent, in order: until there is a line, and room for it. What was sent is the
 * session's, which sends it again after a cut.
 */
export class Outbox {
  readonly #most: number;
  #queue: Outgoing[] = [];
  /** What has waited since before this session. */
  #held: Outgoing[] = [];
  #line: Line | undefined;

  /** @param most Bytes that may be sent before the server has said that it has them. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Sends a message as soon as possible. */
  add(outgoing: Outgoing): void {
    this.#queue.push(outgoing);
    this.pump();
  }

  /** Here is a line to send on, or none. */
  attach(line?: Line): void {
    this.#line = line;
    this.pump();
  }

  /** Sends what there is room for. */
  pump(): void {
    for (let next; this.#line?.live && (next = this.#queue[0]);) {
      const { data, wanted, done } = next;
      const { waiting } = this.#line;
      const goes = !wanted || wanted();
      if (goes && waiting && waiting + data.length > this.#most) return;
      this.#queue.shift();
      if (goes) this.#line.send(data);
      done?.();
    }
  }

  /** A new session begins: what waits is held, for what that session needs first. */
  hold(): void {
    this.#held = this.#queue;
    this.#queue = [];
  }

  /** Sends what was held. */
  release(): void {
    this.#queue = this.#queue.concat(this.#held);
    this.#held = [];
    this.pump();
  }

  /** The session is over: drops what only its other side could understand. */
  lose(): void {
    this.#queue = this.#held.concat(this.#queue)
      .filter(({ wanted, done }) => wanted?.() ?? void done?.());
    this.#held = [];
  }
}
