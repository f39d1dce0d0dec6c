/** What the entries of both engines promise: topics of one process reach those of another. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Broker,
  createTopics,
  type LiveOptions,
  type ReplayTopics,
} from "../../src/topics.ts";
import { hasEngine, TestEngine } from "./engines.ts";
import { FakeSubscriber } from "./fake_subscriber.ts";

/** A broker by clients of its own, and what is to be done with them. */
export interface Roof {
  readonly broker: Broker;
  /** After the topics were made. */
  connect(): Promise<unknown>;
  /** After the topics were closed. */
  close(): unknown;
}

/** Topics that are up, and what ends them. */
async function topicsOf({ broker, connect, close }: Roof, mode: "live" | "replay") {
  const up = Promise.withResolvers<void>();
  const onState = (state: string) => state === "up" && up.resolve();
  const topics = createTopics({ mode, broker, onState } as LiveOptions);
  assertThrows(() => createTopics({ broker }), TypeError, "of its own for each createTopics");
  await connect();
  await up.promise;
  const end = async () => {
    await topics.close();
    await close();
  };
  return { topics, end };
}

/** Registers the tests of an entry; `make` makes a broker over an engine that `start` starts. */
export function brokerTests(
  name: "redis" | "nats",
  title: string,
  make: (engine: TestEngine) => Roof,
  start = () => TestEngine.create(name),
): void {
  const needs = hasEngine(name) ? "" : ` [needs ${name}-server]`;
  const test = (what: string, fn: (engine: TestEngine) => Promise<void>) =>
    Deno.test({ name: `deno: ${what}${needs}`, ignore: needs !== "" }, async () => {
      await using engine = await start();
      await fn(engine);
    });

  test(`topics over ${title} reach topics of another process`, async (engine) => {
    const roofs = [make(engine), make(engine)];
    for (const { broker } of roofs) {
      assertEquals([broker.engine, broker.maxPayload > 1_000_000], [name, true]);
    }
    const [near, far] = await Promise.all(roofs.map((roof) => topicsOf(roof, "live")));
    const heard: unknown[] = [];
    const all = Promise.withResolvers<void>();
    const subscriber = Object.assign(new FakeSubscriber(), {
      send(data: unknown) {
        if (heard.push(data) === 2) all.resolve();
        return true;
      },
    });
    assertEquals(await far!.topics.subscribe(subscriber, "room"), { subscribed: true });
    for (const data of ["hello", new Uint8Array([1, 2])]) {
      assertEquals(await near!.topics.publish("room", data), { relayed: true });
    }
    await all.promise;
    assertEquals([heard[0], ...new Uint8Array(heard[1] as ArrayBuffer)], ["hello", 1, 2]);
    for (const side of [near, far]) await side!.end();
  });

  test(`topics with a history over ${title} are read by another process`, async (engine) => {
    const { topics, end } = await topicsOf(make(engine), "replay");
    const { relayed, position } = await topics.publish("room", "kept");
    assertEquals([relayed, typeof position], [true, "string"]);
    const loop = (topics as unknown as ReplayTopics).messages("room", { after: "" });
    for await (const item of loop) {
      assertEquals("data" in item && item.data, "kept");
      break;
    }
    await end();
  });
}
