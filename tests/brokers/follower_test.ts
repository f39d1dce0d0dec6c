import { assertEquals, assertRejects } from "@std/assert";
import { Cut } from "../../src/brokers/answers.ts";
import { Follower, type FollowerOwner } from "../../src/brokers/follower.ts";
import type { Entry, From, Stretch } from "../../src/brokers/history_engine.ts";
import { NOTHING } from "../../src/brokers/mark.ts";
import { at, entries, stretch, textsOf } from "../support/entries.ts";
import { nextTurn } from "../support/memory.ts";

type Answer = Stretch | Error | Promise<Stretch>;

/** A follower, what it tells, and what it asks; `answers` are those of the engine, in order. */
function following(...answers: Answer[]) {
  const told: unknown[] = [];
  const asked: (number | string)[] = [];
  let rests = 0;
  let waits = 0;
  const owner: FollowerOwner = {
    read(_topic: string, from: From) {
      asked.push(typeof from === "string" ? from : from.offset);
      const answer = answers.shift() ?? { entries: [], head: at(0), done: true };
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    rest: () => (rests++, Promise.resolve()),
    deliver: (_topic, { data }) => told.push(data),
    wentOut: () => (waits++, undefined),
    gap: ({ cause, position }) => told.push(`gap ${cause} ${position ?? ""}`.trim()),
    foreign: () => told.push("foreign"),
    failed: (_follower, error) => told.push(`failed ${(error as Error).message}`),
    doubt: () => told.push("doubt"),
  };
  const follower = new Follower("room", owner);
  const take = () => told.splice(0);
  return { follower, asked, take, answers, rests: () => rests, waits: () => waits };
}

const end = (offset: number): Stretch => ({ entries: [], head: at(offset), done: true });
const one = (offset: number): Entry => entries(offset, offset)[0]!;

/** One that is where the topic is: at 5. */
async function current(...answers: Answer[]) {
  const all = following(end(5), ...answers);
  await all.follower.catchUp();
  await all.follower.started;
  all.asked.length = 0;
  return all;
}

Deno.test("it begins at the end, and hands on what comes behind it, once", async () => {
  const { follower, asked, take } = following(end(5));
  assertEquals([follower.at, follower.current], [undefined, false]);
  // What comes before it is known where the topic is has to wait.
  for (const entry of entries(4, 6)) follower.take(entry);
  await follower.catchUp();
  await follower.started;
  assertEquals([take(), asked, follower.at?.offset, follower.current], [["6"], ["end"], 6, true]);
  for (const offset of [7, 8]) follower.take(one(offset));
  assertEquals(take(), ["7", "8"]);
});

Deno.test("a hole is read, and what came meanwhile follows behind", async () => {
  const { follower, asked, take } = await current(stretch(6, 8, 9));
  follower.take(one(8));
  assertEquals([take(), follower.current], [[], false]);
  follower.take(one(9));
  follower.take(one(10));
  await nextTurn();
  assertEquals([take(), asked], [["6", "7", "8", "9", "10"], [5]]);
  assertEquals(follower.current, true);
});

Deno.test("more than a thousand that wait are read instead", async () => {
  const { follower, take, asked } = await current(stretch(6, 1_006, 2_000), stretch(1_007, 2_010));
  for (const entry of entries(7, 2_010)) follower.take(entry);
  await nextTurn();
  const texts = take();
  assertEquals([texts.length, texts[0], texts.at(-1)], [2_005, "6", "2010"]);
  assertEquals(asked, [5, 1_006]);
  // One more than may wait, and none of it is lost.
  const full = await current(stretch(6, 1_006), stretch(1_007, 1_007));
  for (const entry of entries(7, 1_007)) full.follower.take(entry);
  await nextTurn();
  assertEquals(full.take().at(-1), "1007");
});

Deno.test("between two pieces of a long history it waits for those who are sent it", async () => {
  const { follower, take, waits } = await current(stretch(6, 8, 12), stretch(9, 12));
  follower.doubt();
  await follower.catchUp();
  assertEquals([take().length, waits()], [7, 1]);
});

Deno.test("what is gone is one gap, and what is kept behind it is handed on", async () => {
  const { follower, take } = await current({ ...stretch(8, 9), lost: "trimmed" });
  follower.doubt();
  await follower.catchUp();
  assertEquals(take(), ["gap trimmed", "8", "9"]);
  const none = await current({ ...end(9), lost: "trimmed" });
  await none.follower.catchUp();
  none.follower.take(one(10));
  assertEquals(none.take(), ["gap trimmed e.9.c9", "10"]);
});

Deno.test("another history is one gap, and it goes on at its end", async () => {
  const head = at(3, "f");
  const { follower, take } = await current({ entries: [], head, done: true, lost: "epoch" });
  const [next, later] = entries(3, 4, "f");
  follower.take(next!);
  follower.take(later!);
  await nextTurn();
  assertEquals(take(), ["gap epoch f.3.c3", "4"]);
});

Deno.test("a hole that nobody can fill is a gap after some tries, not a loop for ever", async () => {
  const { follower, take, rests } = await current(...Array(10).fill(end(5)));
  follower.take(one(9));
  await nextTurn();
  assertEquals([take(), rests()], [["gap sequence", "9"], 4]);
  assertEquals(follower.current, true);
  // What is left over from another history is no hole.
  const old = await current(...Array(10).fill(end(5)));
  old.follower.take(entries(9, 9, "d")[0]!);
  await nextTurn();
  assertEquals([old.take(), old.follower.current], [[], true]);
});

Deno.test("an engine that does not know what was before is asked, and a number that goes back is not believed", async () => {
  const { follower, asked, take } = await current(stretch(6, 9));
  follower.take({ ...one(9), previous: undefined });
  await nextTurn();
  assertEquals([take(), asked], [["6", "7", "8", "9"], [5]]);
  follower.take({ ...one(2), previous: undefined });
  assertEquals(take(), ["doubt"]);
  // After a cut it is no wonder.
  follower.doubt();
  follower.take(one(3));
  assertEquals(take(), []);
  // A history that does not know it either is a gap.
  const lost = await current(...Array(10).fill(end(5)));
  lost.follower.take({ ...one(9), previous: undefined });
  await nextTurn();
  assertEquals([lost.take(), lost.follower.current], [["gap sequence", "9"], true]);
});

Deno.test("where nothing was, whatever comes is the first, and its number grows with those of others", async () => {
  const nothing = (offset: number): Stretch => ({
    entries: [],
    head: { ...at(offset), check: NOTHING },
    done: true,
  });
  const { follower, asked, take, answers } = following(nothing(5), nothing(20), nothing(30));
  for (let i = 0; i < 3; i++) await follower.catchUp();
  assertEquals([asked, follower.at], [["end", 5, 20], { ...at(5), check: NOTHING }]);
  follower.take({ ...one(40), previous: undefined });
  assertEquals([take(), asked.length], [["40"], 3]);
  // What has become too old counts no more: it was handed on.
  answers.push(nothing(50), stretch(52, 55));
  await follower.catchUp();
  assertEquals(follower.at, at(40));
  follower.take({ ...one(51), previous: 40 });
  assertEquals(take(), ["51"]);
  // One that was missed is sought behind the last one that came.
  answers.unshift(nothing(60));
  await follower.catchUp();
  follower.take({ ...one(55), previous: 54 });
  await nextTurn();
  assertEquals([take(), asked.slice(3)], [["52", "53", "54", "55"], [40, 51, 51]]);
  // Whatever was before, nobody has to see it who came when nothing counted.
  const quiet = following(nothing(5));
  await quiet.follower.catchUp();
  quiet.follower.take({ ...one(8), previous: 3 });
  assertEquals(quiet.take(), ["8"]);
});

Deno.test("what is lost while it reads is read once more, whatever it has read", async () => {
  const late = Promise.withResolvers<Stretch>();
  const { follower, asked, take } = await current(late.promise, stretch(8, 9));
  follower.catchUp();
  follower.doubt();
  late.resolve(stretch(6, 7));
  await nextTurn();
  assertEquals([take(), asked, follower.current], [["6", "7", "8", "9"], [5, 7], true]);
});

Deno.test("what comes in the moment in which it has read all does not wait for the next look", async () => {
  const { follower, take } = following(end(5), stretch(6, 8));
  follower.started.then(() => follower.take(one(8)));
  await follower.catchUp();
  await nextTurn();
  assertEquals([take(), follower.current], [["6", "7", "8"], true]);
});

Deno.test("what others have read is taken, if it begins where the topic is", async () => {
  const { follower, take } = await current();
  follower.offer(at(3), stretch(4, 7));
  assertEquals([take(), follower.at?.offset], [["6", "7"], 7]);
  follower.offer(at(8), stretch(9, 10));
  follower.offer(at(7), { ...stretch(8, 9), lost: "trimmed" });
  assertEquals(take(), []);
  follower.take(one(7));
  follower.take(one(8));
  assertEquals(take(), ["8"]);
  const fresh = following();
  fresh.follower.offer(at(3), stretch(4, 7));
  assertEquals(fresh.take(), []);
});

Deno.test("what came lately is kept while somebody asks for it", async () => {
  const { follower } = await current();
  assertEquals(following().follower.behind(at(1)), undefined);
  assertEquals(follower.behind(at(5)), []);
  for (const entry of entries(6, 7)) follower.take(entry);
  follower.look();
  assertEquals(textsOf(follower.behind(at(5))), ["6", "7"]);
  follower.look();
  follower.look();
  assertEquals(follower.behind(at(5)), undefined);
});

Deno.test("an entry that is none of ours is told, and nothing is missing for it", async () => {
  const { follower, take } = await current();
  follower.take({ ...one(6), recorded: undefined });
  follower.take(one(7));
  assertEquals(take(), ["foreign", "7"]);
});

Deno.test("what the engine refuses is told, a cut is not, and whoever waits is refused", async () => {
  const { follower, take } = await current(new Cut("cut"), new Error("NOPERM"));
  await follower.catchUp();
  assertEquals([take(), follower.current], [[], false]);
  await follower.catchUp();
  assertEquals(take(), ["failed NOPERM"]);
  const refused = following();
  refused.follower.refuse(new Error("no"));
  await assertRejects(() => refused.follower.started, Error, "no");
  await refused.follower.catchUp();
  assertEquals(refused.asked, []);
});

Deno.test("one that was followed elsewhere goes on where it was", async () => {
  const asked: From[] = [];
  const told: unknown[] = [];
  const owner = {
    read: (_: string, from: From) => (asked.push(from), Promise.resolve(stretch(6, 7))),
    deliver: (_: string, { data }: { data: unknown }) => told.push(data),
    wentOut: () => undefined,
  };
  const follower = new Follower("room", owner as unknown as FollowerOwner, at(5));
  assertEquals([follower.at, follower.current], [at(5), false]);
  await follower.catchUp();
  assertEquals([asked, told, follower.at], [[at(5)], textsOf(entries(6, 7)), at(7)]);
});
