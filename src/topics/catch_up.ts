import type { Page, Recorded, ReplayPort } from "../brokers/port.ts";
import type { Position } from "../brokers/published.ts";
import { batch, maxBackpressureOf } from "../connection/connection_view.ts";
import { byteLength } from "../connection/message.ts";
import type { Frames } from "./frames.ts";
import type { Notices } from "./notices.ts";
import type { Subscriber } from "./subscriber.ts";

/** Messages that are read at once. */
const PAGE = 250;

/** Bytes that may wait for a client before it is sent more of what it has missed. */
const PACE = 64 * 1024;

/**
 * Sends a subscriber what it has missed, page by page, no faster than it takes it. Holds no more of it
 * than the page that is being sent.
 */
export class CatchUp {
  readonly #port: ReplayPort;
  readonly #frames: Frames;
  readonly #notices: Notices;
  #after: Position | undefined;
  /** What was read and is not sent yet. */
  #page: Page | undefined;
  #sent = 0;
  /** Whether nothing is missing; `undefined` until it is known. */
  recovered: boolean | undefined;
  /** Where the topic was at the end. */
  position: Position | undefined;

  /** `after`: the position of the subscriber; `undefined` for one that wants what comes. */
  constructor(port: ReplayPort, frames: Frames, notices: Notices, after: Position | undefined) {
    this.#port = port;
    this.#frames = frames;
    this.#notices = notices;
    this.#after = after;
  }

  /** Goes on: returns what to wait for before the next step, `undefined` when it is there. */
  readonly step = (topic: string, subscriber: Subscriber): Promise<void> | undefined => {
    if (this.#after === undefined) return this.#done(true, this.#port.position(topic));
    for (;;) {
      if (this.#page === undefined) {
        const page = this.#port.read(topic, this.#after, PAGE);
        if (page instanceof Promise) return page.then((read) => void (this.#page = read));
        if (page.messages.length === 0 && !page.lost) return this.#done(true, page.position);
        this.#page = page;
      }
      const { lost, messages, position } = this.#page;
      if (lost !== undefined) {
        const here = this.#port.position(topic) ?? position;
        this.#notices.missing({ topic, cause: lost, position: here }, subscriber);
        return this.#done(false, here);
      }
      while (this.#sent < messages.length) {
        const waiting = this.#send(messages, subscriber);
        if (waiting !== undefined) return waiting;
      }
      this.#after = position;
      this.#page = undefined;
      this.#sent = 0;
    }
  };

  #done(recovered: boolean, position: Position | undefined): undefined {
    this.recovered = recovered;
    this.position = position;
    this.#page = undefined;
  }

  /** Sends as much as may wait; what to wait for, if something does wait. */
  #send(messages: readonly Recorded[], subscriber: Subscriber): Promise<void> | undefined {
    const pace = Math.min(PACE, (maxBackpressureOf(subscriber) ?? Infinity) / 2);
    let size = 0;
    batch(subscriber, () => {
      while (this.#sent < messages.length) {
        const message = messages[this.#sent]!;
        const isOwn = message.origin !== "" && message.origin === subscriber.id;
        const data = isOwn ? undefined : this.#frames.of(message);
        if (data !== undefined) {
          const more = byteLength(data);
          // One that is larger goes out alone.
          if (size > 0 && size + more > pace) return;
          size += more;
          subscriber.send(data);
        }
        this.#sent++;
      }
    });
    if ((subscriber.bufferedAmount ?? 0) > 0) return subscriber.drained?.();
  }
}
