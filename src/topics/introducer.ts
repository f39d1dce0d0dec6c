import { answerError, typeOf, usageError } from "../base/usage_error.ts";
import { utf8Exceeds, utf8Length } from "../base/utf8.ts";
import type { CheckedPresence } from "./presence_options.ts";
import type { Subscriber } from "./subscriber.ts";

/** Bytes that the id of a user may have. */
const LONGEST_ID = 255;

/** Somebody who is to be shown. */
export interface Introduced {
  readonly id: string;
  /** The value; `""` for none. */
  readonly json: string;
}

/** Asks users who somebody is, whatever their functions do. */
export class Introducer {
  readonly #options: Pick<CheckedPresence, "user" | "topics" | "maxValue">;
  readonly #report: (error: unknown) => void;

  /** `report` is told what cannot be shown, and why. */
  constructor(
    options: Pick<CheckedPresence, "user" | "topics" | "maxValue">,
    report: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#report = report;
  }

  /** Whether a topic is one of those that have presence. */
  has(topic: string): boolean {
    try {
      const answer: unknown = this.#options.topics(topic);
      if (typeof answer === "boolean") return answer;
      this.#report(answerError("say whether a topic has presence", "true or false", answer));
    } catch (error) {
      this.#report(error);
    }
    return false;
  }

  /** `undefined` for nobody, and for those that cannot be shown, which is reported. */
  ask(subscriber: Subscriber, topic: string): Introduced | undefined {
    try {
      const user: unknown = this.#options.user(subscriber, topic);
      return user === undefined ? undefined : this.#check(user, topic);
    } catch (error) {
      this.#report(error);
    }
  }

  #check(user: unknown, topic: string): Introduced {
    const task = `show a user in ${JSON.stringify(topic)}`;
    if (typeof user !== "object" || user === null || "then" in user) {
      throw answerError(task, "{ id, value } or undefined", user);
    }
    const { id, value } = user as { readonly id?: unknown; readonly value?: unknown };
    if (typeof id !== "string") throw usageError(task, "an id of text", typeOf(id));
    if (id === "" || utf8Exceeds(id, LONGEST_ID)) {
      const expected = `an id of 1 to ${LONGEST_ID} bytes`;
      throw usageError(task, expected, `${utf8Length(id)} bytes`, RangeError);
    }
    const json: string | undefined = value === undefined ? "" : JSON.stringify(value);
    if (json === undefined) {
      throw usageError(task, "a value that JSON can carry", typeOf(value));
    }
    const { maxValue } = this.#options;
    if (utf8Exceeds(json, maxValue)) {
      const expected = `a value of at most ${maxValue} bytes of JSON (presence.maxValue)`;
      throw usageError(task, expected, `${utf8Length(json)} bytes`, RangeError);
    }
    return { id, json };
  }
}
