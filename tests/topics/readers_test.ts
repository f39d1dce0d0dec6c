import { assertEquals, assertThrows } from "@std/assert";
import { createTopics, type TopicItem } from "../../src/topics.ts";

const shown = (item: TopicItem) => "gap" in item ? item.gap.cause : item.data;

async function take(items: AsyncIterator<TopicItem>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  while (taken.length < count) {
    const { value, done } = await items.next();
    if (done) break;
    taken.push(shown(value));
  }
  return taken;
}

const iterate = (items: AsyncIterable<TopicItem>) => items[Symbol.asyncIterator]();

Deno.test("a loop over a topic gets what is kept, then what comes, until its signal", async () => {
  const topics = createTopics({ mode: "replay" });
  const abort = new AbortController();
  topics.publish("room", "1");
  const all = iterate(topics.messages("room", { after: "", signal: abort.signal }));
  const later = iterate(topics.messages("room", { signal: abort.signal }));
  topics.publish("room", "2");
  topics.publish("another", "x");
  assertEquals([await take(all, 2), await take(later, 1)], [["1", "2"], ["2"]]);
  const next = take(all, 1);
  topics.publish("room", "3");
  assertEquals([await next, await take(later, 1)], [["3"], ["3"]]);
  const end = take(all, 1);
  abort.abort();
  assertEquals([await end, await take(later, 1)], [[], []]);
});

Deno.test("a loop that is too slow is told of the gap, and goes on with what is kept", async () => {
  const topics = createTopics({ mode: "replay", history: { count: 2 } });
  const items = iterate(topics.messages("room", { after: "" }));
  topics.publish("room", "1");
  assertEquals(await take(items, 1), ["1"]);
  for (const text of ["2", "3", "4", "5"]) topics.publish("room", text);
  assertEquals(await take(items, 3), ["trimmed", "4", "5"]);
  const foreign = iterate(topics.messages("room", { after: "made up" }));
  assertEquals(await take(foreign, 1), ["epoch"]);
  topics.publish("room", "6");
  assertEquals(await take(foreign, 1), ["6"]);
});

Deno.test("loops end when the topics are closed, and changing bytes changes no history", async () => {
  const topics = createTopics({ mode: "replay" });
  topics.publish("room", new Uint8Array([1, 2]));
  for (let i = 0; i < 2; i++) {
    const { value } = await iterate(topics.messages("room", { after: "" })).next();
    const bytes = new Uint8Array((value as { data: ArrayBuffer }).data);
    assertEquals([...bytes], [1, 2]);
    bytes.fill(9);
  }
  const end = take(iterate(topics.messages("room")), 1);
  await topics.close();
  assertEquals(await end, []);
  assertThrows(() => topics.messages("a*"), TypeError, "expected the name of a topic");
});
