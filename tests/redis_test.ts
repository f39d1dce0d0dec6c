import { createClient } from "redis";
import { redis } from "../src/redis.ts";
import { brokerTests } from "./support/broker_roof.ts";

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
