import { assertEquals, assertThrows } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { asBuffer } from "../../src/adapters/node_buffer.ts";
import { IoRedisEngine } from "../../src/brokers/io_redis.ts";
import { NodeRedisEngine } from "../../src/brokers/node_redis.ts";
import { redisEngine } from "../../src/brokers/redis.ts";

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
