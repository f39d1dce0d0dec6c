/**
 * Publishes over Redis, 100 messages in flight, by the client itself (`bare`) or by topics, and prints
 * how many in a second. Says how much memory a subscription takes, too, where it is asked for that.
 */
import process from "node:process";
import { createTopics } from "../../src/topics.ts";
import { redis } from "../../src/redis.ts";
import { Bun } from "../bun.ts";

const [, , way, url] = process.argv;
const IN_FLIGHT = 100;
const MESSAGE = "x".repeat(64);

/** Messages in each second, of so many, after half as many to warm up. */
async function rate(publish: () => Promise<unknown>, total: number): Promise<number> {
  let start = 0;
  for (const count of [total / 2, total]) {
    let left = count;
    start = performance.now();
    const lane = async () => {
      while (left-- > 0) await publish();
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  }
  return total / (performance.now() - start) * 1_000;
}

function memory(): number {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 3; i++) {
    if (gc) gc();
    else Bun.gc(true);
  }
  const { heapUsed, rss } = process.memoryUsage();
  // Bun's figure for its heap does not count what is in maps.
  return gc ? heapUsed : rss;
}

/** Bytes of each of a million subscriptions: 1,000 connections in 1,000 topics each. */
async function subscriptions(): Promise<number> {
  const topics = createTopics({ maxTopics: 1_000 });
  const subscribers = Array.from({ length: 1_000 }, (_, i) => ({
    id: `${i}`,
    closed: new Promise(() => {}),
    send: () => true,
  }));
  const subscribe = async (count: number) => {
    for (const subscriber of subscribers) {
      for (let i = 0; i < count; i++) topics.subscribe(subscriber, `topic ${i}`);
      // Whatever was promised is let go of.
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  // The first one brings each subscriber's own.
  await subscribe(1);
  const before = memory();
  await subscribe(1_000);
  return (memory() - before) / 1_000_000;
}

/** Publishes per second over Redis. */
async function publishing(): Promise<number> {
  const { createClient } = await import("redis");
  const publisher = createClient({
    url: url!,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
  });
  const subscriber = publisher.duplicate();
  if (way === "bare") {
    await publisher.connect();
    return await rate(() => publisher.publish("bench", MESSAGE), 100_000);
  }
  const up = Promise.withResolvers<void>();
  const broker = redis({ publisher, subscriber, prefix: "bench" });
  const topics = createTopics({ broker, onState: () => up.resolve() });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  await up.promise;
  return await rate(() => topics.publish("room", MESSAGE), 100_000);
}

console.log(JSON.stringify({ value: await (way === "memory" ? subscriptions() : publishing()) }));
process.exit(0);
