import { assertEquals, assertRejects } from "@std/assert";
import { Unanswered } from "../../src/brokers/answers.ts";
import type { JetStream, OpenStream, StoredMessage } from "../../src/brokers/jetstream.ts";
import { JetStreamReader, MadeAnew } from "../../src/brokers/jetstream_reader.ts";
import { NOTHING } from "../../src/brokers/mark.ts";
import { textsOf } from "../support/entries.ts";
import { aged, JetStreamStage, natsTest, subjectOf } from "../support/jetstream_stage.ts";

const ROOM = subjectOf("room");
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}`);

/** Questions about one message. */
type Query = { seq?: number; next_by_subj?: string; last_by_subj?: string };

/** A reader whose questions about messages are met by what a test does before, or in its place. */
function disturbed(
  { client, manager }: JetStream,
  stream: OpenStream,
  meet: (query: Query, ask: () => Promise<unknown>) => Promise<unknown>,
): JetStreamReader {
  const { streams, direct } = manager;
  const getMessage = (name: string, query: never) =>
    meet(query, () => direct.getMessage(name, query)) as ReturnType<typeof direct.getMessage>;
  return new JetStreamReader({ client, manager: { streams, direct: { getMessage } } }, stream);
}

natsTest("a history is read from its beginning, from a mark, and at its end", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open({ count: 1_000 });
  const reader = new JetStreamReader(s.js, stream);
  const nothing = await reader.read(ROOM, "start", 250);
  const head = { epoch: stream.epoch, offset: 0, check: NOTHING };
  assertEquals(nothing, { entries: [], head, done: true });
  const marks = await s.append(stream, "room", ...numbered(1, 121));
  assertEquals((await reader.read(ROOM, "end", 250)).head, marks[119]!);
  const start = await reader.read(ROOM, "start", 250);
  assertEquals([textsOf(start.entries), start.done, start.lost], [
    numbered(1, 101),
    false,
    undefined,
  ]);
  const behind = async (offset: number) => {
    const { entries, done, lost } = await reader.read(ROOM, marks[offset - 1]!, 250);
    return [textsOf(entries), done, lost];
  };
  assertEquals(await behind(120), [[], true, undefined]);
  assertEquals(await behind(118), [["119", "120"], true, undefined]);
  assertEquals(await behind(1), [numbered(2, 105), false, undefined]);
  assertEquals(await behind(100), [numbered(101, 121), true, undefined]);
});

natsTest("what is gone is trimmed, what is made up is another epoch", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const reader = new JetStreamReader(s.js, stream);
  const empty = (await reader.read(ROOM, "end", 1)).head;
  const [other] = await s.append(stream, "another", "x");
  const marks = await s.append(stream, "room", ...numbered(1, 8));
  const lost = async (from: typeof empty) => (await reader.read(ROOM, from, 250)).lost;
  assertEquals(await Promise.all([0, 1, 6].map((i) => lost(marks[i]!))), [
    "trimmed",
    undefined,
    undefined,
  ]);
  const { entries } = await reader.read(ROOM, marks[0]!, 250);
  assertEquals(textsOf(entries), numbered(3, 8));
  for (
    const bad of [
      { ...marks[3]!, epoch: "x" },
      { ...marks[3]!, offset: 99 },
      { ...marks[3]!, offset: 0 },
      { ...marks[3]!, check: "0123456789abcdef" },
      other!,
    ]
  ) {
    assertEquals(await lost(bad), "epoch", JSON.stringify(bad));
  }
  await s.js.manager.streams.purge(stream.name);
  const gone = await reader.read(ROOM, marks[6]!, 250);
  assertEquals([gone.lost, gone.head], ["trimmed", { ...empty, offset: 8 }]);
  assertEquals([await lost(empty), await lost(gone.head)], ["trimmed", undefined]);
  await s.append(stream, "room", "again");
  const again = await reader.read(ROOM, empty, 250);
  assertEquals([again.lost, textsOf(again.entries)], ["trimmed", ["again"]]);
});

natsTest(
  "where nothing was, more may have come than is kept, whatever else the stream has",
  async () => {
    await using s = await JetStreamStage.create();
    const stream = await s.open();
    const reader = new JetStreamReader(s.js, stream);
    // It stays, and with it the first number of the stream.
    await s.append(stream, "another", "x");
    const empty = (await reader.read(ROOM, "end", 1)).head;
    assertEquals([empty.check, empty.offset], [NOTHING, 1]);
    const since = async () => {
      const { entries, lost } = await reader.read(ROOM, empty, 250);
      return [textsOf(entries), lost];
    };
    assertEquals(await since(), [[], undefined]);
    await s.append(stream, "room", ...numbered(1, 6));
    assertEquals(await since(), [numbered(1, 6), undefined]);
    await s.append(stream, "room", "6", "7");
    assertEquals(await since(), [numbered(3, 8), "trimmed"]);
  },
);

natsTest("what is let go of while it is read is not missed in silence", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const marks = await s.append(stream, "room", ...numbered(1, 8));
  let once = true;
  const reader = disturbed(s.js, stream, async ({ next_by_subj }, ask) => {
    // Two more than are kept, just when its own message was seen to be there.
    if (next_by_subj && once) {
      once = false;
      await s.append(stream, "room", "8", "9");
    }
    return await ask();
  });
  const { entries, lost } = await reader.read(ROOM, marks[1]!, 250);
  assertEquals([textsOf(entries), lost], [numbered(5, 10), "trimmed"]);
});

natsTest("a history that is let go of faster than it is read ends some time", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const marks = await s.append(stream, "room", ...numbered(1, 8));
  let asked = 0;
  const reader = disturbed(s.js, stream, async (query, ask) => {
    if (query.seq !== undefined) {
      asked++;
      await s.append(stream, "room", ...Array(7).fill("more"));
    }
    return await ask();
  });
  for (const from of ["start", marks[1]!] as const) {
    asked = 0;
    const { entries, head, done, lost } = await reader.read(ROOM, from, 250);
    assertEquals([entries, head.check, done], [[], NOTHING, true]);
    assertEquals([`${lost}`, asked], from === "start" ? ["undefined", 5] : ["trimmed", 6]);
  }
});

natsTest("what has become too old counts no more, and whoever had it misses nothing", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const [first, second] = await s.append(stream, "room", "1", "2");
  const reader = new JetStreamReader(s.js, await aged(stream));
  const quiet = await reader.read(ROOM, second!, 250);
  assertEquals([quiet.entries, quiet.lost, quiet.head.check], [[], undefined, NOTHING]);
  assertEquals((await reader.read(ROOM, "start", 250)).entries, []);
  const missed = await reader.read(ROOM, first!, 250);
  assertEquals([missed.entries, missed.lost], [[], "trimmed"]);
  await s.append(stream, "room", "3");
  const { entries, lost } = await reader.read(ROOM, first!, 250);
  assertEquals([textsOf(entries), lost], [["3"], "trimmed"]);
  const none = await reader.read(ROOM, second!, 250);
  assertEquals([textsOf(none.entries), none.lost], [["3"], undefined]);
});

natsTest(
  "what is not found one by one is asked for at once, and what is nowhere is told",
  async () => {
    await using s = await JetStreamStage.create();
    const stream = await s.open();
    const [first, second] = await s.append(stream, "room", "1", "2");
    const none = ({ next_by_subj }: Query, ask: () => Promise<unknown>) =>
      next_by_subj ? Promise.resolve(null) : ask();
    const { entries, lost } = await disturbed(s.js, stream, none).read(ROOM, first!, 250);
    assertEquals([textsOf(entries), lost], [["2"], undefined]);
    // It says that there is a last one, and hands out none.
    const reader = disturbed(s.js, stream, async ({ last_by_subj }, ask) => {
      const message = await ask() as StoredMessage;
      if (!last_by_subj) return message;
      const { subject, data, timestamp } = message;
      return { subject, data, timestamp, seq: 9 };
    });
    const gone = await reader.read(ROOM, { ...second!, offset: 2 }, 250);
    assertEquals([gone.entries, gone.lost], [[], "trimmed"]);
    assertEquals(gone.head, { epoch: stream.epoch, offset: 9, check: NOTHING });
  },
);

natsTest("a stream that was made anew has not answered", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const [first] = await s.append(stream, "room", "1", "2");
  await s.js.manager.streams.delete(stream.name);
  await s.open();
  const reader = new JetStreamReader(s.js, stream);
  await assertRejects(() => reader.read(ROOM, first!, 250), MadeAnew);
});

natsTest("where there are copies, the one that leads is asked", async () => {
  await using s = await JetStreamStage.create();
  const stream = await s.open();
  const { client, manager } = s.js;
  const getMessage = () => Promise.reject(new Error("a copy was asked"));
  const get = () => Promise.reject(new Error("a consumer was made"));
  const js = { client, manager: { streams: manager.streams, direct: { getMessage } } };
  const texts = numbered(1, 6);
  const [first] = await s.append(stream, "room", ...texts);
  const alone = { ...js, client: { consumers: { get } } };
  const reader = new JetStreamReader(alone as never, { ...stream, copied: true });
  assertEquals(textsOf((await reader.read(ROOM, first!, 10)).entries), texts.slice(1));
  assertEquals(textsOf((await reader.read(ROOM, "start", 10)).entries), texts);
  const other = new JetStreamReader(js as never, stream);
  await assertRejects(() => other.read(ROOM, first!, 10), Error, "a copy was asked");
});

/** A reader whose pages come from a copy of the stream that is so many messages behind. */
function lagging({ client, manager }: JetStream, stream: OpenStream, lag: number): JetStreamReader {
  const consumers = {
    async get(name: string, options?: never) {
      const consumer = await client.consumers.get(name, options);
      const { num_pending } = await consumer.info(true);
      const there = Math.max(0, num_pending - lag);
      return {
        info: () => Promise.resolve({ num_pending: there }),
        async fetch(options?: never) {
          const messages = await consumer.fetch(options);
          return (async function* () {
            for await (const { seq, data, info } of messages) {
              yield { seq, data, info: { ...info, pending: info.pending - lag } };
              if (info.pending === lag) return;
            }
          })();
        },
        delete: () => consumer.delete(),
      };
    },
  };
  const { publish } = client;
  return new JetStreamReader({ client: { publish, consumers }, manager }, stream);
}

natsTest(
  "where a copy is behind, what it has is a beginning, and nothing is no answer",
  async () => {
    await using s = await JetStreamStage.create();
    const stream = await s.open({ count: 1_000 });
    const [first] = await s.append(stream, "room", ...numbered(1, 11));
    const behind = async (lag: number) => {
      const { entries, done, lost } = await lagging(s.js, stream, lag).read(ROOM, first!, 250);
      return [textsOf(entries), done, lost];
    };
    // Three come from whoever leads.
    assertEquals(await behind(0), [numbered(2, 11), true, undefined]);
    assertEquals(await behind(4), [numbered(2, 7), false, undefined]);
    assertEquals(await behind(100), [["2", "3", "4"], false, undefined]);
    const start = await lagging(s.js, stream, 4).read(ROOM, "start", 250);
    assertEquals([textsOf(start.entries), start.done], [numbered(1, 7), false]);
    await assertRejects(() => lagging(s.js, stream, 100).read(ROOM, "start", 250), Unanswered);
    // What is too old is no reason to wait.
    const nothing = await lagging(s.js, await aged(stream), 100).read(ROOM, "start", 250);
    assertEquals([nothing.entries, nothing.head.check], [[], NOTHING]);
  },
);
