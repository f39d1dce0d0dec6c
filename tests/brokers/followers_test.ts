import { assertEquals } from "@std/assert";
import type { FollowerOwner } from "../../src/brokers/follower.ts";
import { Followers } from "../../src/brokers/followers.ts";
import { at } from "../support/entries.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";

function followers() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const owner = {
    read(topic: string) {
      asked.push(topic);
      return Promise.resolve({ entries: [], head: at(1), done: true });
    },
    rest: () => Promise.resolve(),
    wentOut: () => undefined,
  } as unknown as FollowerOwner;
  return { clock, followers: new Followers(clock, owner), take: () => asked.splice(0) };
}

Deno.test("a topic is followed by its channel until it is not", () => {
  const { followers: all } = followers();
  const follower = all.add("topic:a", "a");
  assertEquals([all.get("topic:a"), [...all.channels()]], [follower, ["topic:a"]]);
  assertEquals([all.delete("topic:a"), all.delete("topic:a")], [true, false]);
  assertEquals([follower.closed, all.get("topic:a")], [true, undefined]);
  const other = all.add("topic:b", "b");
  all.clear();
  assertEquals([other.closed, [...all.channels()]], [true, []]);
});

Deno.test("topics that are quiet are looked at every twenty seconds, those that miss something at once", async () => {
  const { clock, followers: all, take } = followers();
  for (const topic of ["a", "b"]) all.add(`topic:${topic}`, topic);
  all.look(true);
  // Whoever subscribes to them reads them.
  assertEquals(take(), []);
  all.get("topic:a")?.catchUp();
  all.get("topic:b")?.catchUp();
  assertEquals(take(), ["a", "b"]);
  await nextTurn();
  clock.pass(19_999);
  all.look(true);
  assertEquals(take(), []);
  clock.pass(1);
  all.look(false);
  assertEquals(take(), []);
  all.look(true);
  await nextTurn();
  assertEquals(take(), ["a", "b"]);
  all.doubt();
  all.catchUp();
  await nextTurn();
  assertEquals(take(), ["a", "b"]);
});

Deno.test("what is being read when the engine is back is older than what was missed: it is read once more", async () => {
  const { followers: all, take } = followers();
  all.add("topic:a", "a").catchUp();
  all.catchUp();
  await nextTurn();
  assertEquals(take().length, 2);
});

Deno.test("not all of many topics are looked at in one turn, and none is forgotten", async () => {
  const { clock, followers: all, take } = followers();
  for (let i = 0; i < 500; i++) all.add(`topic:${i}`, `${i}`).catchUp();
  await nextTurn();
  assertEquals(take().length, 500);
  all.doubt();
  const looked = new Set<string>();
  for (const most of [200, 200, 100]) {
    all.look(true);
    const topics = take();
    assertEquals(topics.length, most);
    for (const topic of topics) looked.add(topic);
    await nextTurn();
    clock.pass(2_500);
  }
  assertEquals(looked.size, 500);
});
