import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Page, ReplayPort } from "../../src/brokers/port.ts";
import { createTopics, type TopicItem } from "../../src/topics.ts";
import { Readers } from "../../src/topics/readers.ts";
import type { Subscriptions } from "../../src/topics/subscriptions.ts";
import { nextTurn } from "../support/memory.ts";

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

/** Loops over an engine that says what a test gives it, one read after the other. */
function overEngine(ready?: Promise<void>) {
  const reads: { position: string; answer: PromiseWithResolvers<Page> }[] = [];
  const seen = { held: 0, released: 0 };
  const port = {
    state: "up",
    read(_topic: string, position: string) {
      const answer = Promise.withResolvers<Page>();
      reads.push({ position, answer });
      return answer.promise;
    },
    position: () => "here",
  };
  const subscriptions = {
    hold() {
      seen.held++;
      return { ready, release: () => void seen.released++ };
    },
  } as unknown as Subscriptions;
  const readers = new Readers(port as unknown as ReplayPort, subscriptions);
  return { readers, port, reads, seen };
}

const page = (position: string, ...texts: string[]): Page => ({
  messages: texts.map((data) => ({ data, origin: "", position })),
  position,
});

Deno.test("a loop waits until the engine knows of it, and reads on from where a page ends", async () => {
  const ready = Promise.withResolvers<void>();
  const { readers, reads, seen } = overEngine(ready.promise);
  const items = readers.read("room", undefined);
  const first = take(items, 2);
  await nextTurn();
  assertEquals([reads.length, seen.held], [0, 1]);
  ready.resolve();
  await nextTurn();
  assertEquals(reads.map(({ position }) => position), ["here"]);
  // Empty, but of an engine: that says nothing of what is here.
  reads[0]!.answer.resolve(page("1"));
  await nextTurn();
  reads[1]!.answer.resolve(page("2", "a", "b"));
  assertEquals(await first, ["a", "b"]);
  assertEquals(reads.map(({ position }) => position), ["here", "1"]);
  await items.return(undefined);
  assertEquals(seen.released, 1);
});

Deno.test("a loop waits for an engine that is away, and asks again when it is back", async () => {
  const { readers, port, reads } = overEngine();
  const next = take(readers.read("room", "1"), 1);
  port.state = "down";
  reads[0]!.answer.reject(new Error("away"));
  await nextTurn();
  assertEquals(reads.length, 1);
  port.state = "up";
  readers.engineBack();
  await nextTurn();
  reads[1]!.answer.resolve(page("2", "a"));
  assertEquals([await next, reads[1]!.position], [["a"], "1"]);
});

Deno.test("what an engine refuses while it is there ends the loop with that error", async () => {
  const { readers, reads, seen } = overEngine();
  const next = take(readers.read("room", "1"), 1);
  reads[0]!.answer.reject(new Error("refused"));
  await assertRejects(() => next, Error, "refused");
  assertEquals(seen.released, 1);
});

Deno.test("whatever a loop waits for, its signal and the end of all end it, and let the topic go", async () => {
  const forever = new Promise<void>(() => {});
  const away = ({ port, reads }: ReturnType<typeof overEngine>) => {
    port.state = "down";
    reads[0]!.answer.reject(new Error("away"));
  };
  const waits: readonly (readonly [Promise<void> | undefined, typeof away | undefined])[] = [
    [forever, undefined],
    [undefined, undefined],
    [undefined, away],
  ];
  for (const [ready, meanwhile] of waits) {
    for (const how of ["signal", "close"]) {
      const over = overEngine(ready);
      const abort = new AbortController();
      const next = take(over.readers.read("room", "1", abort.signal), 1);
      await nextTurn();
      meanwhile?.(over);
      await nextTurn();
      if (how === "signal") abort.abort();
      else over.readers.close();
      assertEquals(await next, [], how);
      assertEquals(over.seen, { held: 1, released: 1 });
      // Word that comes too late wakes nobody.
      over.readers.engineBack();
      await nextTurn();
      assertEquals(over.reads.length, ready ? 0 : 1);
    }
  }
});

Deno.test("a loop that is over before it begins holds nothing, and one that is left says nothing more", async () => {
  const { readers, reads, seen } = overEngine();
  const abort = new AbortController();
  const items = readers.read("room", "1", abort.signal);
  const first = take(items, 1);
  reads[0]!.answer.resolve(page("2", "a", "b"));
  assertEquals(await first, ["a"]);
  abort.abort();
  assertEquals(await take(items, 1), []);
  assertEquals(await take(readers.read("room", "1", abort.signal), 1), []);
  assertEquals(seen, { held: 1, released: 1 });
  readers.close();
  assertEquals(await take(readers.read("room", "1"), 1), []);
  assertEquals(seen.held, 1);
});
