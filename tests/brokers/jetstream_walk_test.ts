import { assert, assertEquals } from "@std/assert";
import type { JetStreamManager, OpenStream } from "../../src/brokers/jetstream.ts";
import { JetStreamWalk } from "../../src/brokers/jetstream_walk.ts";
import { textsOf } from "../support/entries.ts";
import { aged, JetStreamStage, natsTest, subjectOf } from "../support/jetstream_stage.ts";

const ROOM = subjectOf("room");
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}`);

/** A walk through a stream, and how many questions were asked on it at a time, at most. */
function walk({ js }: JetStreamStage, stream: OpenStream) {
  const { info, getMessage } = js.manager.streams;
  let asked = 0;
  const seen = { questions: 0, abreast: 0 };
  const streams = {
    info: info.bind(js.manager.streams),
    async getMessage(name: string, query: never) {
      seen.questions++;
      seen.abreast = Math.max(seen.abreast, ++asked);
      const message = await getMessage.call(js.manager.streams, name, query);
      asked--;
      return message;
    },
  };
  const walk = new JetStreamWalk({ streams } as unknown as JetStreamManager, stream);
  return Object.assign(seen, { walk });
}

natsTest(
  "messages come a hundred at a time from whoever leads, many questions at once",
  async () => {
    await using s = await JetStreamStage.create();
    const stream = await s.open({ count: 1_000 });
    await s.append(stream, "room", ...numbered(1, 151));
    await s.append(stream, "another", "x");
    const seen = walk(s, stream);
    const first = await seen.walk.read(ROOM, 1, 150, 250);
    assertEquals([textsOf(first.entries), first.done], [numbered(1, 101), false]);
    assertEquals(seen.abreast, 32);
    const second = await seen.walk.read(ROOM, 101, 150, 250);
    assertEquals([textsOf(second.entries), second.done], [numbered(101, 151), true]);
    // No more than are wanted, and no further than up to what was there.
    const two = await seen.walk.read(ROOM, 1, 150, 2);
    assertEquals([textsOf(two.entries), two.done], [["1", "2"], false]);
    const early = await seen.walk.read(ROOM, 1, 3, 250);
    assertEquals([textsOf(early.entries), early.done], [["1", "2", "3"], true]);
    assertEquals(await seen.walk.read(ROOM, 152, 160, 250), {
      entries: [],
      done: true,
      skipped: false,
    });
  },
);

natsTest(
  "where other topics have most of the numbers, few questions are asked, and none is missed",
  async () => {
    await using s = await JetStreamStage.create();
    const stream = await s.open({ count: 1_000 });
    for (let i = 0; i < 12; i++) {
      await s.append(stream, "another", ...numbered(0, i % 4 === 0 ? 40 : i % 3));
      await s.append(stream, "room", `${i}`);
    }
    const seen = walk(s, stream);
    const { entries, done } = await seen.walk.read(ROOM, 1, Infinity, 250);
    assertEquals([textsOf(entries), done], [numbered(0, 12), true]);
    assert(seen.questions < 40, `${seen.questions} questions`);
  },
);

natsTest("large ones come in pages of a few, one by one", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const long = "x".repeat(900_000);
  await s.append(stream, "room", ...numbered(1, 6).map((text) => text + long));
  const seen = walk(s, stream);
  const { entries, done } = await seen.walk.read(ROOM, 1, 5, 250);
  assertEquals([entries.length, done, seen.abreast], [2, false, 1]);
});

natsTest("what is too old or too much is passed over, and nothing behind it", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open({ count: 1_000 });
  await s.append(stream, "room", ...numbered(1, 101));
  const old = await aged(stream);
  const [, newer] = await s.append(stream, "room", "new", "newer");
  const { entries, done, skipped } = await walk(s, old).walk.read(ROOM, 1, newer!.offset, 250);
  assertEquals([textsOf(entries), done, skipped], [["new", "newer"], true, true]);
  await s.js.manager.streams.purge(stream.name);
  const few = await s.open({ count: 5 });
  const marks = await s.append(few, "room", ...numbered(1, 10));
  const last = marks.at(-1)!.offset;
  const kept = await walk(s, few).walk.read(ROOM, 1, last, 250);
  assertEquals([textsOf(kept.entries), kept.skipped], [numbered(5, 10), true]);
  const all = await walk(s, few).walk.read(ROOM, marks[4]!.offset, last, 250);
  assertEquals([textsOf(all.entries), all.skipped], [numbered(5, 10), false]);
});

natsTest("messages are counted, unless older ones say that none of them is gone", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open({ count: 5 });
  const { walk: all } = walk(s, stream);
  assertEquals(await all.count(ROOM, 1), 0);
  await s.append(stream, "another", "x", "y");
  const marks = await s.append(stream, "room", "1", "2", "3");
  const counts = [marks[0]!.offset - 2, marks[0]!.offset, marks[1]!.offset];
  assertEquals(await Promise.all(counts.map((first) => all.count(ROOM, first))), [3, 3, 0]);
  await s.append(stream, "room", ...numbered(4, 20));
  assertEquals(await all.count(ROOM, marks[1]!.offset), 6);
});
