import { assertEquals, assertThrows } from "@std/assert";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { nats } from "../src/nats.ts";
import { createTopics } from "../src/topics.ts";
import { hasEngine, TestEngine } from "./support/engines.ts";
import { FakeSubscriber } from "./support/fake_subscriber.ts";

const needs = hasEngine("nats") ? "" : " [needs nats-server]";

Deno.test({
  name: `deno: topics over NATS reach topics of another process${needs}`,
  ignore: needs !== "",
}, async () => {
  await using engine = await TestEngine.create("nats");
  const start = async () => {
    const connection = connect({
      servers: engine.url,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      pingInterval: 1_000,
    });
    const broker = nats({ connection, prefix: "test" });
    assertEquals([broker.engine, broker.maxPayload > 1_000_000], ["nats", true]);
    const up = Promise.withResolvers<void>();
    const topics = createTopics({ broker, onState: (state) => state === "up" && up.resolve() });
    assertThrows(() => createTopics({ broker }), TypeError, "of its own for each createTopics");
    await up.promise;
    const close = async () => {
      await topics.close();
      await (await connection).close();
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
  assertEquals(await near.topics.publish("room", "hello"), { relayed: true });
  assertEquals(await heard.promise, "hello");
  for (const side of [near, far]) await side.close();
});

Deno.test({
  name: `deno: topics with a history over NATS are read by another process${needs}`,
  ignore: needs !== "",
}, async () => {
  await using engine = await TestEngine.create("nats");
  const connection = connect({
    servers: engine.url,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    pingInterval: 1_000,
  });
  const broker = nats({
    connection,
    prefix: "test",
    jetstream: connection.then(async (open) => ({
      client: jetstream(open),
      manager: await jetstreamManager(open, { checkAPI: false }),
    })),
  });
  const up = Promise.withResolvers<void>();
  const onState = (state: string) => state === "up" && up.resolve();
  const topics = createTopics({ mode: "replay", broker, onState });
  await up.promise;
  const { relayed, position } = await topics.publish("room", "kept");
  assertEquals([relayed, typeof position], [true, "string"]);
  for await (const item of topics.messages("room", { after: "" })) {
    assertEquals("data" in item && item.data, "kept");
    break;
  }
  await topics.close();
  await (await connection).close();
});
