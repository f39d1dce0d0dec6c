import { assert, assertEquals, assertRejects } from "@std/assert";
import { Unanswered } from "../../src/brokers/answers.ts";
import type { JetStreamClient } from "../../src/brokers/jetstream.ts";
import { JetStreamPages } from "../../src/brokers/jetstream_pages.ts";
import { textsOf } from "../support/entries.ts";
import { aged, JetStreamStage, natsTest, subjectOf } from "../support/jetstream_stage.ts";

const ROOM = subjectOf("room");
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}`);

natsTest("messages come a hundred at a time, from a number on", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open({ count: 1_000 });
  await s.append(stream, "room", ...numbered(1, 151));
  await s.append(stream, "another", "x");
  const pages = new JetStreamPages(s.js.client, stream);
  const first = await pages.read(ROOM, 1, 150, 250);
  assertEquals([textsOf(first.entries), first.done], [numbered(1, 101), false]);
  const second = await pages.read(ROOM, 101, 150, 250);
  assertEquals([textsOf(second.entries), second.done], [numbered(101, 151), true]);
  // No more than are wanted, and no further than up to what was there.
  assertEquals(textsOf((await pages.read(ROOM, 1, 150, 2)).entries), ["1", "2"]);
  const early = await pages.read(ROOM, 1, 3, 250);
  assertEquals([textsOf(early.entries), early.done], [["1", "2", "3"], true]);
  assertEquals([await pages.count(ROOM, 51), await pages.count(ROOM, 152)], [100, 0]);
  const none = { entries: [], done: true, skipped: false, next: 0 };
  assertEquals(await pages.read(ROOM, 152, 160, 250), none);
});

natsTest("large ones come in pages of a few", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const long = "x".repeat(900_000);
  await s.append(stream, "room", ...numbered(1, 6).map((text) => text + long));
  const { entries, done } = await new JetStreamPages(s.js.client, stream).read(ROOM, 1, 5, 250);
  assertEquals([entries.length, done], [2, false]);
});

natsTest("what is too old or too much is passed over, and nothing behind it", async () => {
  await using s = await JetStreamStage.create();
  // Of a hundred, one more, and of a few that fill a page.
  for (const old of [numbered(1, 101), Array(5).fill("x".repeat(900_000))]) {
    const stream = await s.open({ count: 1_000 });
    await s.append(stream, "room", ...old);
    const pages = new JetStreamPages(s.js.client, await aged(stream));
    const [, second] = await s.append(stream, "room", "new", "newer");
    const { entries, done, skipped } = await pages.read(ROOM, 1, second!.offset, 250);
    assertEquals([textsOf(entries), done, skipped], [["new", "newer"], true, true]);
    await s.js.manager.streams.purge(stream.name);
  }
  const few = await s.open({ count: 5 });
  const marks = await s.append(few, "room", ...numbered(1, 10));
  const last = marks.at(-1)!.offset;
  const kept = await new JetStreamPages(s.js.client, few).read(ROOM, 1, last, 250);
  assertEquals([textsOf(kept.entries), kept.skipped], [numbered(5, 10), true]);
  const all = await new JetStreamPages(s.js.client, few).read(ROOM, marks[4]!.offset, last, 250);
  assertEquals([textsOf(all.entries), all.skipped], [numbered(5, 10), false]);
});

natsTest("an engine that has something and does not hand it out has not answered", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  await s.append(stream, "room", "1");
  let deleted = 0;
  const client = {
    consumers: {
      async get(name: string, options: never) {
        const consumer = await s.js.client.consumers.get(name, options);
        return {
          info: (cached: boolean) => consumer.info(cached),
          fetch: () => Promise.resolve((async function* () {})()),
          delete: () => (deleted++, consumer.delete()),
        };
      },
    },
  } as unknown as JetStreamClient;
  await assertRejects(() => new JetStreamPages(client, stream).read(ROOM, 1, 1, 250), Unanswered);
  assert(deleted === 1);
});
