import { Deferred } from "../base/deferred.ts";
import type { CloseInfo } from "../connection/close.ts";
import type { Connection } from "../connection/connection.ts";
import type { Message } from "../connection/message.ts";

/** What a pump brings messages to. Neither may throw. */
export interface Receiver {
  message(message: Message): void;
  /** Called once, after all messages. */
  ended(info: CloseInfo): void;
}

/**
 * Brings the messages of a connection to somebody who listens: in order, and none before somebody
 * does, so that a stack may take its time to set up. What waits is bounded by the limits of the
 * route, as for every loop over a connection.
 */
export class Pump {
  readonly #connection: Connection;
  readonly #messages: AsyncIterableIterator<Message, undefined>;
  readonly #receiver: Receiver;
  readonly #started = new Deferred<"started">();
  /** While it is paused: settles when it goes on. */
  #pause: Deferred<void> | undefined;

  /**
   * Takes the loop over the connection.
   *
   * @throws {TypeError} If the events have an `onMessage`, or somebody else has the loop.
   */
  constructor(connection: Connection, receiver: Receiver) {
    this.#connection = connection;
    this.#messages = connection[Symbol.asyncIterator]();
    this.#receiver = receiver;
    this.#run();
  }

  get paused(): boolean {
    return this.#pause !== undefined;
  }

  /** Somebody listens. */
  start(): void {
    this.#started.resolve("started");
  }

  /** Brings no more for now: the client is slowed down where the runtime can do that. */
  pause(): void {
    this.#pause ??= new Deferred();
  }

  /** Goes on. */
  resume(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** Brings nothing more but the end, and throws away what waits. */
  stop(): void {
    this.#messages.return!();
  }

  async #run(): Promise<void> {
    const { closed } = this.#connection;
    const began = await Promise.race([this.#started.promise, closed]);
    // Nobody has ever listened: there is only the end to be told.
    if (began !== "started") this.stop();
    for (;;) {
      const { done, value } = await this.#messages.next();
      // Whoever has paused, and forgotten it, is to hear of the end.
      if (this.#pause) await Promise.race([this.#pause.promise, closed]);
      if (done) break;
      this.#receiver.message(value);
    }
    this.#receiver.ended(await closed);
  }
}
