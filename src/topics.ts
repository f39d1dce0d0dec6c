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
import { usageError } from "./base/usage_error.ts";
import { type LiveOptions, livePort } from "./topics/live_options.ts";
import { LiveTopics } from "./topics/live_topics.ts";
import { checkTopicsOptions } from "./topics/options.ts";
import { RecordedTopics } from "./topics/recorded_topics.ts";
import { REPLAY_NAMES, type ReplayOptions, replayPorts } from "./topics/replay_options.ts";
import type { ReplayTopics, Topics } from "./topics/topics.ts";

export type { Broker } from "./brokers/broker.ts";
export type { Gap, GapCause } from "./brokers/gap.ts";
export type { Position, Published } from "./brokers/published.ts";
export type { TopicsState } from "./brokers/state.ts";
export type { Message, SendData } from "./connection/message.ts";
export type { LiveOptions } from "./topics/live_options.ts";
export type { CommonTopicsOptions } from "./topics/options.ts";
export type { Presence, PresenceChange, PresentUser } from "./topics/presence.ts";
export type { PresenceOptions } from "./topics/presence_options.ts";
export type { HistoryOptions, ReplayOptions } from "./topics/replay_options.ts";
export type { Subscriber } from "./topics/subscriber.ts";
export type { NotSubscribed, ReplaySubscription, Subscription } from "./topics/subscription.ts";
export type {
  PublishOptions,
  ReadOptions,
  ReplayTopics,
  SubscribeOptions,
  TopicItem,
  Topics,
} from "./topics/topics.ts";

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
 * @example With a history: a client that comes back says how far it was
 * ```ts
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const topics = createTopics({ mode: "replay", history: { count: 100, age: 60 } });
 *
 * serve({
 *   fetch: (request) =>
 *     upgradeWebSocket(request, {
 *       onOpen(_event, connection) {
 *         const after = connection.url.searchParams.get("after") ?? "";
 *         topics.subscribe(connection, "room", { after });
 *       },
 *       onMessage: (event) => void topics.publish("room", event.data),
 *     }),
 * });
 * ```
 *
 * @param options The mode, what carries messages to other processes, who may subscribe, and who is
 * told of losses.
 * @returns The topics, at once: an engine may be away, and come later.
 * @throws {TypeError} If an option is of the wrong type, or the broker serves other topics.
 * @throws {RangeError} If an option is out of range.
 */
export function createTopics(options: ReplayOptions): ReplayTopics;
/** The same without a history: in mode `live`. */
export function createTopics(options?: LiveOptions): Topics;
export function createTopics(options: LiveOptions | ReplayOptions = {}): Topics | ReplayTopics {
  const { mode = "live" } = options;
  if (mode === "live") {
    const checked = checkTopicsOptions(options);
    return new LiveTopics(checked, livePort(options as LiveOptions), systemClock);
  }
  if (mode !== "replay") throw usageError("use option mode", '"live" or "replay"', mode);
  const checked = checkTopicsOptions(options, REPLAY_NAMES);
  const ports = replayPorts(options as ReplayOptions, systemClock);
  return new RecordedTopics(checked, ports, systemClock);
}
