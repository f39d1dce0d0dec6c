import { type Broker, type BrokerPorts, takePorts } from "../brokers/broker.ts";
import type { Gap } from "../brokers/gap.ts";
import type { TopicsState } from "../brokers/state.ts";
import { contain } from "../base/contain.ts";
import { logError } from "../base/log_error.ts";
import { checkNames, checkNumber, checkOption } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { SendData } from "../connection/message.ts";
import type { PresenceChange } from "./presence.ts";
import { type CheckedPresence, checkPresence, type PresenceOptions } from "./presence_options.ts";
import type { Subscriber } from "./subscriber.ts";

/** What topics of every mode take. */
export interface CommonTopicsOptions {
  /** Carries messages to other processes: `redis(…)` or `nats(…)`. Default: this process only. */
  readonly broker?: Broker | undefined;
  /**
   * Topics that one connection may be subscribed to at the same time.
   *
   * @default {128}
   */
  readonly maxTopics?: number | undefined;
  /**
   * Whether a connection may subscribe to a topic. Only `true` says yes; what it throws goes to
   * `onError` and says no. Default: every connection may subscribe to every topic.
   */
  readonly authorize?:
    | ((topic: string, connection: Subscriber) => boolean | Promise<boolean>)
    | undefined;
  /** Called once for each topic of this process that has lost messages. */
  readonly onGap?: ((gap: Gap) => void) | undefined;
  /** What the subscribers of a topic are sent when it has lost messages; `undefined` for nothing. */
  readonly gapMessage?: ((gap: Gap) => SendData | undefined) | undefined;
  /** Called when the state has changed, with the reason where there is one. */
  readonly onState?: ((state: TopicsState, cause?: unknown) => void) | undefined;
  /** Keeps account of who is subscribed, in every process. Default: nobody does. */
  readonly presence?: PresenceOptions | undefined;
  /**
   * Called with the users that came and went, as long as somebody in this process is subscribed to the
   * topic: in each such process, at most four times a second for each topic, with at most 500 users.
   */
  readonly onPresence?: ((change: PresenceChange) => void) | undefined;
  /**
   * What the subscribers of this process are sent of users that came and went; `undefined` for
   * nothing. Called as `onPresence` is, once for all of them.
   */
  readonly presenceMessage?: ((change: PresenceChange) => SendData | undefined) | undefined;
  /**
   * Called with what goes wrong and with what your own functions throw: a wrong password, bytes on
   * our channels that are not ours, a gap that neither `onGap` nor `gapMessage` tell of, a user that
   * cannot be shown. Default: `console.error`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Options of every mode, checked. */
export interface CheckedTopicsOptions extends CommonTopicsOptions {
  readonly maxTopics: number;
  readonly presence?: CheckedPresence;
  readonly onError: (error: unknown) => void;
}

/** Those that are functions. */
const FUNCTIONS = [
  "authorize",
  "onGap",
  "gapMessage",
  "onState",
  "onPresence",
  "presenceMessage",
  "onError",
] as const;

const COMMON = ["mode", "broker", "maxTopics", "presence", ...FUNCTIONS];

/**
 * Checks the options that every mode has.
 *
 * @param more The names of options that the mode adds.
 * @throws {TypeError} If an option is of the wrong type or has no meaning here.
 * @throws {RangeError} If an option is out of range.
 */
export function checkTopicsOptions(
  options: CommonTopicsOptions,
  more: readonly string[] = [],
): CheckedTopicsOptions {
  checkNames("createTopics", options, [...COMMON, ...more]);
  for (const name of FUNCTIONS) checkOption(name, options[name], "function");
  const { maxTopics = 128, presence, onError = logError } = options;
  const whole = Number.isInteger(maxTopics) && maxTopics >= 1;
  checkNumber("maxTopics", maxTopics, whole, "a whole number from 1");
  const checked = {
    ...options,
    maxTopics,
    onError: (error: unknown) => contain(() => onError(error), logError),
  };
  if (presence !== undefined) return { ...checked, presence: checkPresence(presence) };
  for (const name of ["onPresence", "presenceMessage"] as const) {
    if (options[name] === undefined) continue;
    throw usageError(`use option ${name}`, "option presence beside it", "none");
  }
  const { presence: _, ...rest } = checked;
  return rest;
}

/**
 * What is behind a broker.
 *
 * @throws {TypeError} If it is none, or serves other topics.
 */
export function portsOf(broker: Broker): BrokerPorts {
  const isObject = typeof broker === "object" && broker !== null;
  const ports = isObject ? takePorts(broker) : undefined;
  if (ports !== undefined) return ports;
  const expected = "what redis() or nats() returned, of its own for each createTopics";
  throw usageError("use option broker", expected, isObject ? "another one" : typeOf(broker));
}
