import { contain } from "../base/contain.ts";
import type { Gap } from "../brokers/gap.ts";
import type { TopicsState } from "../brokers/state.ts";
import { checkSendData, type SendData } from "../connection/message.ts";
import { topicChannels } from "./diagnostics.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { PresenceChange } from "./presence.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** Tells users what happens, whatever their functions do. */
export class Notices {
  readonly #options: CheckedTopicsOptions;
  readonly #subscriptions: Subscriptions;

  constructor(options: CheckedTopicsOptions, subscriptions: Subscriptions) {
    this.#options = options;
    this.#subscriptions = subscriptions;
  }

  /** Something is wrong, or one of their functions has failed. */
  readonly error = (error: unknown): void => this.#options.onError(error);

  state(state: TopicsState, cause: unknown): void {
    topicChannels().engine.publish({ state, cause });
    contain(() => this.#options.onState?.(state, cause), this.error);
  }

  /** Messages of a topic were lost: nobody is told if there is nobody who would have had them. */
  gap(gap: Gap): void {
    if (this.#subscriptions.count(gap.topic) === 0) return;
    const { topic, cause, missed } = gap;
    topicChannels().gap.publish({ topic, cause, missed });
    const { onGap, gapMessage } = this.#options;
    if (onGap === undefined && gapMessage === undefined) {
      const count = gap.missed === undefined ? "messages" : `${gap.missed} messages`;
      const where = JSON.stringify(gap.topic);
      this.error(new Error(`Lost ${count} of the topic ${where} (${gap.cause}): see onGap`));
    }
    contain(() => onGap?.(gap), this.error);
    this.#messageOf(gap, (data) => this.#subscriptions.send(gap.topic, data));
  }

  /** Users came to a topic, or left it. */
  presence(change: PresenceChange): void {
    contain(() => this.#options.onPresence?.(change), this.error);
    const make = () => this.#options.presenceMessage?.(change);
    this.#message(make, (data) => this.#subscriptions.send(change.topic, data));
  }

  /** One subscriber asked for messages that are gone. The answer to its question says so, too. */
  missing(gap: Gap, subscriber: Subscriber): void {
    this.#messageOf(gap, (data) => subscriber.send(data));
  }

  #messageOf(gap: Gap, send: (data: SendData) => void): void {
    this.#message(() => this.#options.gapMessage?.(gap), send);
  }

  #message(make: () => SendData | undefined, send: (data: SendData) => void): void {
    contain(() => {
      const data = make();
      if (data === undefined) return;
      // Once, not for each of the subscribers.
      checkSendData(data);
      send(data);
    }, this.error);
  }
}
