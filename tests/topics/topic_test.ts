import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { assertEquals } from "@std/assert";
import { Member } from "../../src/topics/member.ts";
import { Topic } from "../../src/topics/topic.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

Deno.test("members come and go in any order, and each knows its topics in theirs", () => {
  const members = Array.from({ length: 5 }, () => new Member(new FakeSubscriber()));
  const [room, hall] = [new Topic("room"), new Topic("hall")];
  for (const member of members) {
    room.add(member);
    hall.add(member);
  }
  const [first, second, , , last] = members as [Member, Member, Member, Member, Member];
  for (const member of [first, last, first]) room.delete(member);
  assertEquals(room.members.length, 3);
  assertEquals(new Set(room.members), new Set(members.slice(1, 4)));
  assertEquals([...first.places.keys()], [hall]);
  // The places are true: each one can still be taken away.
  for (const [index, member] of room.members.entries()) {
    assertEquals(member.places.get(room), index);
  }
  for (const member of [second, ...room.members.slice()]) room.delete(member);
  assertEquals([room.members.length, hall.members.length], [0, 5]);
});

Deno.test("a topic that somebody comes to is not idle any more", () => {
  const topic = new Topic("room");
  topic.emptySince = 5;
  topic.add(new Member(new FakeSubscriber()));
  assertEquals(topic.emptySince, undefined);
});

Deno.test("whoever listens hears of all who leave a topic at its end, one by one", () => {
  const heard: unknown[] = [];
  const listen = (message: unknown) => void heard.push(message);
  subscribe("edgesocket:topic", listen);
  try {
    const topic = new Topic("room");
    for (let i = 0; i < 2; i++) topic.add(new Member(new FakeSubscriber()));
    heard.length = 0;
    topic.close();
  } finally {
    unsubscribe("edgesocket:topic", listen);
  }
  assertEquals(heard, [
    { topic: "room", subscribed: false, subscribers: 1 },
    { topic: "room", subscribed: false, subscribers: 0 },
  ]);
});
