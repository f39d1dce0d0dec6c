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
  /** Whether anybody has listened before the end. */
  readonly #heard = new Deferred<boolean>();
  /** While it is paused: settles when it goes on. */
  #pause: Deferred<void> | undefined;
  #ended = false;
  #stopped = false;

  /**
   * Takes the loop over the connection.
   *
   * @throws {TypeError} If the events have an `onMessage`, or somebody else has the loop.
   */
  constructor(connection: Connection, receiver: Receiver) {
    this.#connection = connection;
    this.#messages = connection[Symbol.asyncIterator]();
    this.#receiver = receiver;
    connection.closed.then(() => this.#end());
    this.#run();
  }

  get paused(): boolean {
    return this.#pause !== undefined;
  }

  /** Somebody listens. */
  start(): void {
    this.#heard.resolve(true);
  }

  /** Brings no more for now: the client is slowed down where the runtime can do that. */
  pause(): void {
    if (!this.#ended) this.#pause ??= new Deferred();
  }

  /** Goes on. */
  resume(): void {
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  /** Brings nothing more but the end, and throws away what waits. */
  stop(): void {
    this.#stopped = true;
    this.#messages.return!();
  }

  /** Whoever has not listened so far, or has paused and forgotten it, is to hear of the end. */
  #end(): void {
    this.#ended = true;
    this.#heard.resolve(false);
    this.resume();
  }

  async #run(): Promise<void> {
    if (!await this.#heard.promise) this.stop();
    for (;;) {
      const { done, value } = await this.#messages.next();
      while (this.#pause) await this.#pause.promise;
      if (done) break;
      if (!this.#stopped) this.#receiver.message(value);
    }
    this.#receiver.ended(await this.#connection.closed);
  }
}
