/**
 * Topics over Redis or Valkey: messages reach the connections of every process.
 *
 * @example Clients of node-redis
 * ```ts
 * import { createClient } from "redis";
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { redis } from "@edgesocket/edgesocket/redis";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const publisher = createClient({
 *   url: process.env.REDIS_URL ?? "redis://localhost:6379",
 *   disableOfflineQueue: true,
 *   pingInterval: 10_000,
 *   socket: { socketTimeout: 20_000, reconnectStrategy: 500 },
 * });
 * const subscriber = publisher.duplicate();
 * const broker = redis({ publisher, subscriber, prefix: "chat" });
 * const topics = createTopics({ broker, onState: (state) => console.log(state) });
 * // Not awaited: the server answers while Redis is away, too.
 * for (const client of [publisher, subscriber]) client.connect().catch(console.error);
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
import { asBuffer } from "./adapters/node_buffer.ts";
import { systemClock } from "./base/clock.ts";
import { type Broker, brokerOver } from "./brokers/broker.ts";
import { clusterPorts } from "./brokers/cluster_ports.ts";
import type { HistoryLimits } from "./brokers/history.ts";
import type { IoRedis } from "./brokers/io_redis.ts";
import type { NodeRedis } from "./brokers/node_redis.ts";
import { HEADER } from "./brokers/envelope.ts";
import {
  clusterClient,
  type RedisClusterOptions,
  redisEngine,
  redisHistory,
  type RedisOptions,
} from "./brokers/redis.ts";
import { Relay } from "./brokers/relay.ts";
import { ReplayRelay } from "./brokers/replay_relay.ts";
import type { Shard } from "./brokers/shard.ts";

export type { Broker } from "./brokers/broker.ts";
export type { IoRedis } from "./brokers/io_redis.ts";
export type { NodeRedis } from "./brokers/node_redis.ts";
export type { IoRedisCluster } from "./brokers/io_redis_cluster.ts";
export type { NodeRedisCluster } from "./brokers/node_redis_cluster.ts";
export type { RedisClusterOptions, RedisOptions } from "./brokers/redis.ts";

/**
 * A broker over Redis or Valkey, by clients of your own: node-redis, ioredis or iovalkey. Connect
 * them after this, so that no error of theirs is without a listener, and close them yourself, after
 * the topics.
 *
 * @example With ioredis, or iovalkey
 * ```ts
 * import { Redis } from "ioredis";
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { redis } from "@edgesocket/edgesocket/redis";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const publisher = new Redis(process.env.REDIS_URL ?? "redis://localhost:6379", {
 *   enableOfflineQueue: false,
 *   autoResendUnfulfilledCommands: false,
 * });
 * const subscriber = publisher.duplicate();
 * const topics = createTopics({ broker: redis({ publisher, subscriber, prefix: "chat" }) });
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
 * @example With a cluster
 * ```ts
 * import { createCluster } from "redis";
 * import { serve, upgradeWebSocket } from "@edgesocket/edgesocket";
 * import { redis } from "@edgesocket/edgesocket/redis";
 * import { createTopics } from "@edgesocket/edgesocket/topics";
 *
 * const cluster = createCluster({
 *   rootNodes: [{ url: process.env.REDIS_URL ?? "redis://localhost:6379" }],
 * });
 * const topics = createTopics({ broker: redis({ cluster, prefix: "chat" }) });
 * cluster.connect().catch(console.error);
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
 * @param options The clients, or that of a cluster, and what keeps your channels apart from others.
 * @returns What `createTopics` takes as its `broker`.
 * @throws {TypeError} If a client has options with which messages would get lost: says what to write
 * instead.
 */
export function redis(
  options: RedisOptions<NodeRedis> | RedisOptions<IoRedis> | RedisClusterOptions,
): Broker {
  if ("cluster" in options && options.cluster !== undefined) {
    const { prefix } = options;
    const client = () => clusterClient(options, asBuffer);
    // What is wrong with the options is said at once.
    client();
    const history = (shard: Shard, limits: HistoryLimits) => redisHistory(shard, options, limits);
    return brokerOver("redis", clusterPorts({ client, prefix, clock: systemClock, history }));
  }
  const engine = redisEngine(options as RedisOptions, asBuffer);
  return brokerOver("redis", {
    maxPayload: engine.maxPayload - HEADER,
    live: () => new Relay(redisEngine(options as RedisOptions, asBuffer), systemClock),
    replay: (limits) => new ReplayRelay(redisHistory(engine, options, limits), systemClock),
  });
}
