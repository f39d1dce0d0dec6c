/**
 * Publish and subscribe between connections: rooms, in one process or in many.
 *
 * @example A room
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const topics = createTopics();
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen: (_event, connection) => void topics.subscribe(connection, "room"),
 *       onMessage: (event) => void topics.publish("room", event.data),
 *     }),
 * });
 * ```
 *
 * @module
 */
import { systemClock } from "./base/clock.ts";
import { LiveTopics } from "./topics/live_topics.ts";
import { checkTopicsOptions, type LiveOptions } from "./topics/options.ts";
import type { Topics } from "./topics/topics.ts";

export type { Broker } from "./brokers/broker.ts";
export type { Gap, GapCause } from "./brokers/gap.ts";
export type { Position, Published } from "./brokers/published.ts";
export type { TopicsState } from "./brokers/state.ts";
export type { Message, SendData } from "./connection/message.ts";
export type { CommonTopicsOptions, LiveOptions } from "./topics/options.ts";
export type { Subscriber } from "./topics/subscriber.ts";
export type { NotSubscribed, Subscription } from "./topics/subscription.ts";
export type { PublishOptions, Topics } from "./topics/topics.ts";

/**
 * Creates topics: once for a server, outside of the function that answers requests.
 *
 * @example The publisher is left out
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const topics = createTopics({ maxTopics: 10 });
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen: (_event, connection) => void topics.subscribe(connection, "room"),
 *       onMessage(event, connection) {
 *         topics.publish("room", event.data, { except: connection });
 *         connection.send(event.data);
 *       },
 *     }),
 * });
 * ```
 *
 * @param options What carries messages to other processes, who may subscribe, and who is told of
 * losses.
 * @returns The topics, at once: an engine may be away, and come later.
 * @throws {TypeError} If an option is of the wrong type, or the broker serves other topics.
 * @throws {RangeError} If an option is out of range.
 */
export function createTopics(options: LiveOptions = {}): Topics {
  return new LiveTopics(checkTopicsOptions(options), systemClock);
}
