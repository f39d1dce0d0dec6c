import { assertThrows } from "@std/assert";
import { createClient, createCluster } from "redis";
import { redis, type RedisClusterOptions } from "../src/redis.ts";
import { brokerTests } from "./support/broker_roof.ts";
import { clusterOfOne } from "./support/redis_cluster.ts";

brokerTests("redis", "Redis", ({ url }) => {
  const publisher = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 1_000,
    socket: { socketTimeout: 4_000, reconnectStrategy: 100 },
  });
  const subscriber = publisher.duplicate();
  const clients = [publisher, subscriber];
  return {
    broker: redis({ publisher, subscriber, prefix: "test" }),
    connect: () => Promise.all(clients.map((client) => client.connect())),
    close: () => clients.forEach((client) => client.destroy()),
  };
});

brokerTests("redis", "a Redis cluster", ({ url }) => {
  const cluster = createCluster({ rootNodes: [{ url }] });
  return {
    broker: redis({ cluster, prefix: "test" }),
    connect: () => Promise.resolve(),
    close: () => cluster.destroy(),
  };
}, clusterOfOne);

Deno.test("what is wrong with a cluster is said at once", () => {
  assertThrows(
    () => redis({ cluster: {}, prefix: "test" } as unknown as RedisClusterOptions),
    TypeError,
    "cluster",
  );
});
