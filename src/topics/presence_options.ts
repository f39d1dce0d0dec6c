import { checkBytes, checkNames, checkNumber, checkOption } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { PresentUser } from "./presence.ts";
import type { Subscriber } from "./subscriber.ts";

/** Begins the channels of presence: no topic has a name with a control character. */
export const PRESENCE_MARK = "\u0001";

/** Bytes that values of one topic may have together: what one process can tell the others at once. */
const MOST_BYTES = 2 * 1024 * 1024;

/** How `topics.presence` is switched on. All processes of one `prefix` should say the same. */
export interface PresenceOptions {
  /**
   * Who a connection is in a topic, called when it has subscribed, and again each time it subscribes
   * to the same topic. Connections with one `id` are one user, whose value is that of the one that came
   * last. `undefined`: nobody that is shown. What it throws goes to `onError`, and shows nobody.
   */
  user(connection: Subscriber, topic: string): PresentUser | undefined;
  /** The topics that have it. Default: all of them. */
  readonly topics?: ((topic: string) => boolean) | undefined;
  /**
   * Seconds for which others believe in the users of a process that they hear nothing of: so long they
   * are shown after it was killed, and a tenth longer at most. From 1 to 3600.
   *
   * @default {30}
   */
  readonly ttl?: number | undefined;
  /**
   * Bytes that the JSON of a value may have.
   *
   * @default {1024}
   */
  readonly maxValue?: number | undefined;
  /**
   * Users of one topic that are known and shown. Who comes later is subscribed as well, and shown when
   * there is room. With `maxValue` bytes each they may have 2 MiB together.
   *
   * @default {1000}
   */
  readonly maxUsers?: number | undefined;
}

/** The options, checked. */
export interface CheckedPresence {
  user(connection: Subscriber, topic: string): PresentUser | undefined;
  readonly topics: (topic: string) => boolean;
  /** In milliseconds. */
  readonly ttl: number;
  readonly maxValue: number;
  readonly maxUsers: number;
}

/**
 * Checks the options of presence.
 *
 * @throws {TypeError} If one is of the wrong type.
 * @throws {RangeError} If one is out of range.
 */
export function checkPresence(options: PresenceOptions): CheckedPresence {
  checkNames("presence", options, ["user", "topics", "ttl", "maxValue", "maxUsers"]);
  const { topics = () => true, ttl = 30, maxValue = 1_024, maxUsers = 1_000 } = options;
  if (typeof options.user !== "function") {
    throw usageError("use option presence.user", "a function", typeOf(options.user));
  }
  checkOption("presence.topics", topics, "function");
  checkNumber("presence.ttl", ttl, ttl >= 1 && ttl <= 3_600, "1 to 3600 seconds");
  checkBytes("presence.maxValue", maxValue, MOST_BYTES);
  const most = Math.floor(MOST_BYTES / maxValue);
  const fits = Number.isInteger(maxUsers) && maxUsers >= 1 && maxUsers <= most;
  const range = `a whole number from 1 to ${most}, with ${maxValue} bytes each`;
  checkNumber("presence.maxUsers", maxUsers, fits, range);
  // A method may need its object.
  const user: PresenceOptions["user"] = (connection, topic) => options.user(connection, topic);
  return { user, topics, ttl: 1_000 * ttl, maxValue, maxUsers };
}
