import { checkNames, checkOption } from "../base/options.ts";
import { typeOf, usageError } from "../base/usage_error.ts";
import type { ClusterClient } from "./cluster_client.ts";
import type { HistoryLimits } from "./history.ts";
import { type IoRedis, IoRedisEngine } from "./io_redis.ts";
import { type IoRedisCluster, IoRedisClusterClient } from "./io_redis_cluster.ts";
import { type NodeRedis, NodeRedisEngine } from "./node_redis.ts";
import { type NodeRedisCluster, NodeRedisClusterClient } from "./node_redis_cluster.ts";
import type { AsBuffer, RedisEngine } from "./redis_channel.ts";
import { RedisHistory } from "./redis_history.ts";

/** Two clients of Redis or Valkey, of the same kind. */
export interface RedisOptions<Client extends NodeRedis | IoRedis = NodeRedis | IoRedis> {
  /** Publishes. */
  readonly publisher: Client;
  /** Subscribes, and does nothing else: a connection of its own. */
  readonly subscriber: Client;
  /**
   * Begins the name of every channel: keeps apart what shares an engine. 1 to 64 letters, digits, and
   * any of `_:.-`. What follows a colon is not one character alone: `a:t` would begin like the topics
   * of `a`.
   */
  readonly prefix: string;
  /**
   * Says that a restart of this Redis loses nothing (`appendfsync always`), so that in mode `replay`
   * its histories go on behind it. Otherwise a restart begins new ones, because an older copy would
   * give the same positions to other messages.
   *
   * @default {false}
   */
  readonly durable?: boolean | undefined;
}

/** A cluster of Redis or Valkey, and its client. */
export interface RedisClusterOptions extends Pick<RedisOptions, "prefix" | "durable"> {
  /**
   * The client of the cluster: `createCluster` of node-redis, or `Cluster` of ioredis or iovalkey. It
   * says how its nodes are reached, and is free for other things: topics have two connections of their
   * own to each master, set up as those of the client are.
   */
  readonly cluster: NodeRedisCluster | IoRedisCluster;
}

/** The same engine with a history. */
export function redisHistory(
  engine: RedisEngine,
  { prefix, durable = false }: Pick<RedisOptions, "prefix" | "durable">,
  limits: HistoryLimits,
): RedisHistory {
  return new RedisHistory(engine, { prefix, durable }, limits);
}

/** The engine behind the user's clients. */
export function redisEngine(options: RedisOptions, asBuffer: AsBuffer): RedisEngine {
  checkShared(options);
  const { publisher, subscriber, prefix } = options;
  if (isCluster(publisher) || isCluster(subscriber)) {
    const expected = "publisher and subscriber of one node, or the cluster as option cluster";
    throw usageError("use redis", expected, "the client of a cluster");
  }
  if (isNodeRedis(publisher) && isNodeRedis(subscriber)) {
    checkTwo(publisher, subscriber);
    return new NodeRedisEngine(publisher, subscriber, prefix, asBuffer);
  }
  if (isIoRedis(publisher) && isIoRedis(subscriber)) {
    checkTwo(publisher, subscriber);
    return new IoRedisEngine(publisher, subscriber, prefix, asBuffer);
  }
  const expected = "publisher and subscriber of one kind: node-redis, ioredis or iovalkey";
  throw usageError("use redis", expected, `${nameOf(publisher)} and ${nameOf(subscriber)}`);
}

/** The user's cluster behind one port. */
export function clusterClient(options: RedisClusterOptions, asBuffer: AsBuffer): ClusterClient {
  checkShared(options);
  const { cluster, publisher, subscriber }: Partial<RedisOptions & RedisClusterOptions> = options;
  if (publisher !== undefined || subscriber !== undefined) {
    const expected = "the client of a cluster, or publisher and subscriber";
    throw usageError("use redis", expected, "both");
  }
  if (isNodeRedisCluster(cluster)) return new NodeRedisClusterClient(cluster, asBuffer);
  if (isIoRedisCluster(cluster)) return new IoRedisClusterClient(cluster, asBuffer);
  const expected =
    "a cluster client: createCluster() of node-redis, Cluster of ioredis or iovalkey";
  throw usageError("use option cluster", expected, nameOf(cluster));
}

function checkShared(options: Pick<RedisOptions, "prefix" | "durable">): void {
  checkNames("redis", options, ["publisher", "subscriber", "cluster", "prefix", "durable"]);
  const { prefix, durable } = options;
  checkOption("durable", durable, "boolean");
  if (typeof prefix === "string" && /^(?!.*:[^:]?(:|$))[\w:.-]{1,64}$/.test(prefix)) return;
  const expected = "1 to 64 letters, digits, and any of _:.-, more than one behind each colon";
  throw usageError("use option prefix", expected, JSON.stringify(prefix) ?? "none");
}

function isCluster(client: unknown): boolean {
  return isNodeRedisCluster(client) || isIoRedisCluster(client);
}

function isNodeRedisCluster(client: unknown): client is NodeRedisCluster {
  return hasMembers(client, ["connect", "nodeClient", "on"], "masters");
}

function isIoRedisCluster(client: unknown): client is IoRedisCluster {
  return hasMembers(client, ["nodes", "on"], "isCluster") && client.isCluster === true;
}

function checkTwo(publisher: unknown, subscriber: unknown): void {
  if (publisher !== subscriber) return;
  throw usageError("use redis", "two clients: a flood of one must not delay the other", "one");
}

function isNodeRedis(client: unknown): client is NodeRedis {
  return hasMembers(client, ["subscribe", "sendCommand", "on"], "isReady");
}

function isIoRedis(client: unknown): client is IoRedis {
  return hasMembers(client, ["publish", "subscribe", "disconnect", "on"], "status");
}

function hasMembers(
  client: unknown,
  methods: readonly string[],
  property: string,
): client is Readonly<Record<string, unknown>> {
  if (typeof client !== "object" || client === null || !(property in client)) return false;
  const members = client as Readonly<Record<string, unknown>>;
  return methods.every((name) => typeof members[name] === "function");
}

function nameOf(client: unknown): string {
  return typeof client === "object" && client !== null
    ? client.constructor?.name ?? "an object"
    : typeOf(client);
}
