import { assertEquals, assertThrows } from "@std/assert";
import { Cluster, Redis } from "ioredis";
import { Cluster as ValkeyCluster } from "iovalkey";
import { createClient, createCluster } from "redis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { IoRedisEngine } from "../../src/brokers/io_redis.ts";
import { IoRedisClusterClient } from "../../src/brokers/io_redis_cluster.ts";
import { NodeRedisEngine } from "../../src/brokers/node_redis.ts";
import { NodeRedisClusterClient } from "../../src/brokers/node_redis_cluster.ts";
import { clusterClient, redisEngine, redisHistory } from "../../src/brokers/redis.ts";

const node = () =>
  createClient({
    disableOfflineQueue: true,
    pingInterval: 10_000,
    socket: { socketTimeout: 20_000, reconnectStrategy: 500 },
  });
const io = () =>
  new Redis({ lazyConnect: true, enableOfflineQueue: false, autoResendUnfulfilledCommands: false });

Deno.test("each kind of client has its engine", () => {
  const prefix = "chat";
  const nodeRedis = redisEngine({ publisher: node(), subscriber: node(), prefix }, asBuffer);
  const ioRedis = redisEngine({ publisher: io(), subscriber: io(), prefix }, asBuffer);
  assertEquals(nodeRedis instanceof NodeRedisEngine, true);
  assertEquals(ioRedis instanceof IoRedisEngine, true);
  assertEquals(ioRedis.channel("topic", "room"), nodeRedis.channel("topic", "room"));
});

Deno.test("one client for both, two kinds, and what is none are refused", () => {
  const [a, b] = [node(), io()];
  const cases: [object, string][] = [
    [{ publisher: a, subscriber: a, prefix: "x" }, "expected two clients"],
    [{ publisher: b, subscriber: b, prefix: "x" }, "expected two clients"],
    [{ publisher: a, subscriber: b, prefix: "x" }, "got Class and EventEmitter"],
    [{ publisher: {}, subscriber: null, prefix: "x" }, "got Object and null"],
    [{ publisher: Object.create(null), subscriber: 5, prefix: "x" }, "an object and number"],
    [{ publisher: a, subscriber: node() }, "use option prefix"],
    [{ publisher: a, subscriber: node(), prefix: "x", prefx: "y" }, "prefx"],
  ];
  for (const prefix of ["", "a b", "a*", "a\n", "x".repeat(65), "a:t", "a:t:bb", "a:", "a::bb"]) {
    cases.push([{ publisher: a, subscriber: node(), prefix }, "use option prefix"]);
  }
  for (const [options, message] of cases) {
    const got = message.replace(
      "Class and EventEmitter",
      () => `${a.constructor.name} and ${b.constructor.name}`,
    );
    assertThrows(() => redisEngine(options as never, asBuffer), TypeError, got);
  }
  for (const prefix of ["a", "a:bb.c-d_1", "x".repeat(64), "aa:bb:cc"]) {
    redisEngine({ publisher: node(), subscriber: node(), prefix }, asBuffer);
  }
});

const nodeCluster = () => createCluster({ rootNodes: [{ url: "redis://127.0.0.1:1" }] });
const ioCluster = () => new Cluster([{ port: 1 }], { lazyConnect: true });
const valkeyCluster = () => new ValkeyCluster([{ port: 1 }], { lazyConnect: true });

Deno.test("each kind of cluster has its client", () => {
  const prefix = "chat";
  const kinds = [nodeCluster(), ioCluster(), valkeyCluster()].map((cluster) =>
    clusterClient({ cluster, prefix }, asBuffer).constructor
  );
  assertEquals(kinds, [NodeRedisClusterClient, IoRedisClusterClient, IoRedisClusterClient]);
});

Deno.test("a cluster beside two clients is one too many, and options may be undefined", () => {
  const [cluster, publisher] = [nodeCluster(), node()];
  for (const more of [{ publisher }, { subscriber: publisher }]) {
    const use = () => clusterClient({ cluster, prefix: "x", ...more } as never, asBuffer);
    const message = "expected the client of a cluster, or publisher and subscriber, got both";
    assertThrows(use, TypeError, message);
  }
  const none = { publisher: undefined, subscriber: undefined, durable: undefined };
  clusterClient({ cluster, prefix: "x", ...none } as never, asBuffer);
});

Deno.test("a client of one node where a cluster's is wanted, and the reverse, are refused", () => {
  const [a, b] = [node(), io()];
  const names = [a.constructor.name, b.constructor.name];
  const expected = "Cannot use option cluster: expected a cluster client: createCluster() of " +
    "node-redis, Cluster of ioredis or iovalkey, got ";
  for (const [i, cluster] of [a, b].entries()) {
    const use = () => clusterClient({ cluster: cluster as never, prefix: "x" }, asBuffer);
    assertThrows(use, TypeError, expected + names[i]);
  }
  assertThrows(() => clusterClient({ cluster: 5 as never, prefix: "x" }, asBuffer), TypeError);
  for (const cluster of [nodeCluster(), ioCluster(), valkeyCluster()]) {
    for (
      const options of [{ publisher: cluster, subscriber: a }, {
        publisher: b,
        subscriber: cluster,
      }]
    ) {
      const use = () => redisEngine({ ...options, prefix: "x" } as never, asBuffer);
      const message = "expected publisher and subscriber of one node, or the cluster as option " +
        "cluster, got the client of a cluster";
      assertThrows(use, TypeError, message);
    }
    for (const more of [{ prefix: "a:t" }, { durable: 1 }, { publisher: a }, { prefx: "x" }]) {
      const options = { cluster, prefix: "x", ...more };
      assertThrows(() => clusterClient(options as never, asBuffer), TypeError);
    }
  }
});

Deno.test("an engine has a history, with the limits and the prefix of its topics", () => {
  const options = { publisher: io(), subscriber: io(), prefix: "chat" };
  const history = redisHistory(redisEngine(options, asBuffer), options, {
    count: 1,
    bytes: 1,
    age: 1,
  });
  assertEquals([history.name, history.channel("topic", "room")], ["redis", "chat:t:room"]);
});
