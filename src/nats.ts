/**
 * Topics over NATS: messages reach the connections of every process.
 *
 * @example A connection of @nats-io/transport-node
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { nats } from "@edgesocket/edgesocket/nats";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * // Not awaited: the server answers while NATS is away, too.
 * const connection = connect({
 *   servers: process.env.NATS_URL ?? "localhost:4222",
 *   waitOnFirstConnect: true,
 *   maxReconnectAttempts: -1,
 *   pingInterval: 10_000,
 * });
 * const topics = createTopics({ broker: nats({ connection, prefix: "chat" }) });
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
import { type Broker, brokerOver } from "./brokers/broker.ts";
import { HEADER } from "./brokers/envelope.ts";
import { NatsEngine, type NatsOptions } from "./brokers/nats.ts";
import { NatsHistory } from "./brokers/nats_history.ts";
import { Relay } from "./brokers/relay.ts";
import { ReplayRelay } from "./brokers/replay_relay.ts";

export type { Broker } from "./brokers/broker.ts";
export type { MessageHeaders } from "./brokers/engine.ts";
export type {
  ConsumedMessage,
  JetStream,
  JetStreamClient,
  JetStreamConsumer,
  JetStreamManager,
  StoredMessage,
  StreamInfo,
} from "./brokers/jetstream.ts";
export type { NatsConnection, NatsMessage, NatsOptions } from "./brokers/nats.ts";

/**
 * A broker over NATS, by a connection of your own. Close it yourself, after the topics.
 *
 * @param options The connection, and what keeps your subjects apart from others.
 * @returns What `createTopics` takes as its `broker`.
 * @throws {TypeError} If the connection has options with which messages would get lost: says what to
 * write instead. For the promise of a connection, `onError` of the topics is told.
 */
export function nats(options: NatsOptions): Broker {
  const engine = new NatsEngine(options);
  return brokerOver("nats", {
    get maxPayload(): number {
      return Math.max(0, engine.maxPayload - HEADER);
    },
    live: () => new Relay(new NatsEngine(options), systemClock),
    replay: (limits) => new ReplayRelay(new NatsHistory(engine, options, limits), systemClock),
  });
}
