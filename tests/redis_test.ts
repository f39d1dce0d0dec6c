import { assertEquals, assertThrows } from "@std/assert";
import { createClient } from "redis";
import { redis } from "../src/redis.ts";
import { createTopics } from "../src/topics.ts";
import { hasEngine, TestEngine } from "./support/engines.ts";
import { FakeSubscriber } from "./support/fake_subscriber.ts";

const needs = hasEngine("redis") ? "" : " [needs redis-server]";

Deno.test({
  name: `deno: topics over Redis reach topics of another process${needs}`,
  ignore: needs !== "",
}, async () => {
  await using engine = await TestEngine.create("redis");
  const start = async () => {
    const publisher = createClient({
      url: engine.url,
      disableOfflineQueue: true,
      pingInterval: 1_000,
      socket: { socketTimeout: 4_000, reconnectStrategy: 100 },
    });
    const clients = [publisher, publisher.duplicate()] as const;
    const broker = redis({ publisher, subscriber: clients[1], prefix: "test" });
    assertEquals([broker.engine, broker.maxPayload > 1024 * 1024], ["redis", true]);
    const up = Promise.withResolvers<void>();
    const topics = createTopics({ broker, onState: (state) => state === "up" && up.resolve() });
    assertThrows(() => createTopics({ broker }), TypeError, "of its own for each createTopics");
    for (const client of clients) await client.connect();
    await up.promise;
    const close = async () => {
      await topics.close();
      clients.forEach((client) => client.destroy());
    };
    return { topics, close };
  };
  const [near, far] = await Promise.all([start(), start()]);
  const heard = Promise.withResolvers<unknown>();
  const subscriber = Object.assign(new FakeSubscriber(), {
    send(data: unknown) {
      heard.resolve(data);
      return true;
    },
  });
  assertEquals(await far.topics.subscribe(subscriber, "room"), { subscribed: true });
  assertEquals(await near.topics.publish("room", new Uint8Array([1, 2])), { relayed: true });
  assertEquals(new Uint8Array(await heard.promise as ArrayBuffer), new Uint8Array([1, 2]));
  for (const side of [near, far]) await side.close();
});

Deno.test({
  name: `deno: topics with a history over Redis are read by another process${needs}`,
  ignore: needs !== "",
}, async () => {
  await using engine = await TestEngine.create("redis");
  const publisher = createClient({
    url: engine.url,
    disableOfflineQueue: true,
    pingInterval: 1_000,
    socket: { socketTimeout: 4_000, reconnectStrategy: 100 },
  });
  const clients = [publisher, publisher.duplicate()] as const;
  const up = Promise.withResolvers<void>();
  const topics = createTopics({
    mode: "replay",
    broker: redis({ publisher, subscriber: clients[1], prefix: "test" }),
    onState: (state) => state === "up" && up.resolve(),
  });
  for (const client of clients) await client.connect();
  await up.promise;
  const { relayed, position } = await topics.publish("room", "kept");
  assertEquals([relayed, typeof position], [true, "string"]);
  for await (const item of topics.messages("room", { after: "" })) {
    assertEquals("data" in item && item.data, "kept");
    break;
  }
  await topics.close();
  clients.forEach((client) => client.destroy());
});
