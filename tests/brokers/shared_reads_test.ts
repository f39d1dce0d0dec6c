import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Stretch } from "../../src/brokers/history_engine.ts";
import type { Mark } from "../../src/brokers/mark.ts";
import { SharedReads } from "../../src/brokers/shared_reads.ts";
import { at, entries, stretch, textsOf } from "../support/entries.ts";
import { FakeClock } from "../support/fake_clock.ts";

const PAGE = 100;

/** A history of so many messages, read in pages, and how often it was. */
function shared(length: number) {
  const clock = new FakeClock();
  const asked: (number | "start")[] = [];
  const read = (_topic: string, from: Mark | "start"): Promise<Stretch> => {
    const first = from === "start" ? 1 : from.offset + 1;
    asked.push(from === "start" ? from : from.offset);
    if (from !== "start" && from.check === "bad") {
      return Promise.resolve({ entries: [], head: at(length), done: true, lost: "epoch" });
    }
    if (from !== "start" && from.check === "broken") return Promise.reject(new Error("broken"));
    const last = Math.min(length, first + PAGE - 1);
    return Promise.resolve({ ...stretch(first, last, length), entries: entries(first, last) });
  };
  return { clock, asked, reads: new SharedReads(read, clock) };
}

/** Reads on until the end, as those who come back do. */
async function all(reads: SharedReads, from: Mark | "start"): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const { entries, done } = await reads.read("room", from);
    texts.push(...textsOf(entries) as string[]);
    if (done) return texts;
    from = entries.at(-1)!.mark;
  }
}

Deno.test("a thousand who come back at once cost as many reads as the history has pages", async () => {
  const { asked, reads } = shared(1_000);
  const crowd = Array.from({ length: 1_000 }, (_, i) => all(reads, at(i)));
  for (const [i, texts] of (await Promise.all(crowd)).entries()) {
    assertEquals([texts.length, texts[0], texts.at(-1)], [1_000 - i, `${i + 1}`, "1000"]);
  }
  assert(asked.length <= 12, `${asked}`);
});

Deno.test("it is the one furthest behind for whom is read, whoever came first", async () => {
  const { asked, reads } = shared(1_000);
  const crowd = Array.from({ length: 500 }, (_, i) => all(reads, at(999 - 2 * i)));
  await Promise.all(crowd);
  assertEquals(asked[0], 1);
  assert(asked.length <= 12, `${asked}`);
});

Deno.test("whoever comes a moment later finds what was read; seconds later it is read anew", async () => {
  const { clock, asked, reads } = shared(50);
  await all(reads, "start");
  await all(reads, at(20));
  const before = asked.length;
  assertEquals((await reads.read("room", at(30))).entries.length, 20);
  assertEquals(asked.length, before);
  clock.pass(5_000);
  await reads.read("room", at(30));
  assertEquals(asked.length, before + 1);
  reads.forget();
  await reads.read("room", at(30));
  assertEquals(asked.length, before + 2);
});

Deno.test("a mark that is none is answered to those who have it, and to nobody else", async () => {
  const { reads } = shared(50);
  const bad = { ...at(10), check: "bad" };
  const [one, other, good] = await Promise.all([
    reads.read("room", bad),
    reads.read("room", { ...bad }),
    reads.read("room", at(5)),
  ]);
  assertEquals([one.lost, other.lost, good.lost], ["epoch", "epoch", undefined]);
  assertEquals(good.entries.length, 45);
});

Deno.test("whoever waits is not overtaken for ever by those who say that they are further behind", async () => {
  const { asked, reads } = shared(50);
  let over = false;
  const bad = async (offset: number) => {
    const from = { ...at(offset), check: "bad" };
    for (let i = 0; i < 100 && !over; i++) await reads.read("room", from);
  };
  const crowd = [1, 2, 3].map(bad);
  assertEquals((await reads.read("room", at(30))).entries.length, 20);
  over = true;
  await Promise.all(crowd);
  assert(asked.indexOf(30) < 10, `${asked}`);
});

Deno.test("what cannot be read is refused to those who wait, and tried again for those who come", async () => {
  const { reads } = shared(50);
  const broken = { ...at(0), check: "broken" };
  const waiting = [reads.read("room", broken), reads.read("room", at(3))];
  for (const one of waiting) await assertRejects(() => one, Error, "broken");
  assertEquals((await reads.read("room", at(3))).entries.length, 47);
});
