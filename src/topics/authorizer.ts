import { isPromise } from "../base/contain.ts";
import { answerError } from "../base/usage_error.ts";
import type { CheckedTopicsOptions } from "./options.ts";
import type { Subscriber } from "./subscriber.ts";

/** Asks users who may subscribe to what, whatever their function does. */
export class Authorizer {
  readonly #options: Pick<CheckedTopicsOptions, "authorize" | "onError">;

  constructor(options: Pick<CheckedTopicsOptions, "authorize" | "onError">) {
    this.#options = options;
  }

  /** Only `true` says yes; what else it says, or throws, is reported. Never rejects. */
  ask(topic: string, subscriber: Subscriber): boolean | Promise<boolean> {
    const { authorize, onError } = this.#options;
    if (authorize === undefined) return true;
    const judge = (answer: unknown) => {
      if (typeof answer === "boolean") return answer;
      onError(answerError("authorize a subscription", "true or false", answer));
      return false;
    };
    const failed = (error: unknown) => {
      onError(error);
      return false;
    };
    try {
      const answer: unknown = authorize(topic, subscriber);
      return isPromise(answer) ? Promise.resolve(answer).then(judge, failed) : judge(answer);
    } catch (error) {
      return failed(error);
    }
  }
}
