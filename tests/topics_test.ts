import { assertEquals, assertThrows } from "@std/assert";
import { createTopics } from "../src/topics.ts";
import { FakeSubscriber } from "./support/fake_subscriber.ts";
import { nextTurn } from "./support/memory.ts";

Deno.test("topics are live unless a history is asked for", async () => {
  for (const options of [undefined, {}, { mode: "live" }] as const) {
    const topics = createTopics(options);
    const subscriber = new FakeSubscriber();
    assertEquals(await topics.subscribe(subscriber, "room"), { subscribed: true });
    assertEquals(await topics.publish("room", "x"), { relayed: true });
    await nextTurn();
    assertEquals(subscriber.received, ["x"]);
    await topics.close();
  }
  const topics = createTopics({ mode: "replay", frame: (message) => `framed ${message}` });
  const { relayed, position } = await topics.publish("room", "before");
  assertEquals([relayed, typeof position], [true, "string"]);
  const subscriber = new FakeSubscriber();
  await topics.subscribe(subscriber, "room", { after: "" });
  assertEquals(subscriber.received, ["framed before"]);
  await topics.close();
});

Deno.test("a mode that there is not, and options of another one, are refused", () => {
  const cases: [object, string][] = [
    [{ mode: "reply" }, 'use option mode: expected "live" or "replay"'],
    [{ frame: () => "" }, "frame"],
    [{ mode: "live", history: {} }, "history"],
    [{ mode: "replay", frme: () => "" }, "expected frame (did you mean that?)"],
  ];
  for (const [options, message] of cases) {
    assertThrows(() => createTopics(options as never), TypeError, message);
  }
});
