import { usageError } from "../base/usage_error.ts";

/** Milliseconds within which a client has to notice that its engine is silent. */
const LONGEST_PING = 30_000;

/** Checks how the user has set up a client: options with which messages get lost are refused. */
export class ClientOptions {
  readonly #owner: string;
  readonly #options: Readonly<Record<string, unknown>>;

  /** `owner`: which client it is, for messages. */
  constructor(owner: string, options: unknown) {
    this.#owner = owner;
    this.#options = (options ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** The options inside of an option. */
  within(name: string): ClientOptions {
    return new ClientOptions(`${this.#owner}, ${name}`, this.#options[name]);
  }

  get(name: string): unknown {
    return this.#options[name];
  }

  /** `why`: what happens otherwise, in a few words. */
  expect(name: string, fits: (value: unknown) => boolean, expected: string, why: string): void {
    const value = this.#options[name];
    if (fits(value)) return;
    const shown = typeof value === "function" ? "a function" : JSON.stringify(value);
    throw usageError(
      `use ${this.#owner}`,
      `${name}: ${expected} (${why})`,
      value === undefined ? "none" : shown,
    );
  }

  /** An option that has one good value. */
  is(name: string, value: unknown, why: string): void {
    this.expect(name, (given) => given === value, `${value}`, why);
  }

  /** How often the client asks its engine whether it is there. */
  pings(name: string): void {
    const fits = (ms: unknown) => typeof ms === "number" && ms > 0 && ms <= LONGEST_PING;
    const why = "otherwise nobody notices an engine that says nothing any more";
    this.expect(name, fits, `at most ${LONGEST_PING} milliseconds, such as 10000`, why);
  }
}
