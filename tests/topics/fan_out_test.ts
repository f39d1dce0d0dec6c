import { assertEquals } from "@std/assert";
import { FanOut } from "../../src/topics/fan_out.ts";
import { Member } from "../../src/topics/member.ts";
import { Topic } from "../../src/topics/topic.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

/** Topics with members, and what was reported. */
function fanningOut() {
  const reported: unknown[] = [];
  const fanOut = new FanOut((error) => reported.push(error));
  const topic = (name: string, ...members: Member[]) => {
    const created = new Topic(name);
    for (const member of members) created.add(member);
    return created;
  };
  const member = () => {
    const subscriber = new FakeSubscriber();
    return { subscriber, member: new Member(subscriber) };
  };
  return { fanOut, reported, topic, member };
}

Deno.test("what is sent in one turn goes out at its end, subscriber by subscriber", async () => {
  const { fanOut, topic, member } = fanningOut();
  const [a, b] = [member(), member()];
  const order: string[] = [];
  for (const [name, { subscriber }] of [["a", a], ["b", b]] as const) {
    subscriber.send = (data) => order.push(`${name}${data}`) > 0;
  }
  const room = topic("room", a.member, b.member);
  fanOut.send(room, "1");
  fanOut.send(room, "2");
  assertEquals(order, []);
  await nextTurn();
  assertEquals(order, ["a1", "a2", "b1", "b2"]);
});

Deno.test("messages to several topics come in the order in which they were sent", async () => {
  const { fanOut, topic, member } = fanningOut();
  const [a, b] = [member(), member()];
  const [x, y] = [topic("x", a.member, b.member), topic("y", a.member)];
  fanOut.send(x, "1");
  fanOut.send(y, "2");
  fanOut.send(x, "3", a.subscriber);
  fanOut.send(x, "4");
  await nextTurn();
  assertEquals([a.subscriber.received, b.subscriber.received], [["1", "2", "4"], ["1", "3", "4"]]);
});

Deno.test("whoever is there when it is flushed gets it, and nobody twice", async () => {
  const { fanOut, topic, member } = fanningOut();
  const [early, late] = [member(), member()];
  const room = topic("room", early.member);
  fanOut.send(topic("empty"), "nobody");
  fanOut.send(room, "1");
  fanOut.flush();
  room.add(late.member);
  fanOut.send(room, "2");
  await nextTurn();
  assertEquals([early.subscriber.received, late.subscriber.received], [["1", "2"], ["2"]]);
});

Deno.test("one that throws is reported, and one that leaves meanwhile harms nobody", async () => {
  const { fanOut, reported, topic, member } = fanningOut();
  const all = Array.from({ length: 4 }, member);
  const room = topic("room", ...all.map(({ member }) => member));
  const fault = new Error("thrown in send");
  all[1]!.subscriber.send = () => {
    room.delete(all[0]!.member);
    throw fault;
  };
  for (const text of ["1", "2"]) fanOut.send(room, text);
  await nextTurn();
  assertEquals(reported, [fault]);
  for (const index of [0, 2, 3]) assertEquals(all[index]!.subscriber.received, ["1", "2"]);
});

Deno.test("what comes of a message is sent behind it, to those who are there by then", async () => {
  for (const other of [false, true]) {
    const { fanOut, topic, member } = fanningOut();
    const [first, second, late] = [member(), member(), member()];
    const room = topic("room", first.member, second.member);
    const { subscriber } = first;
    subscriber.send = (data) => {
      if (data !== "1") return subscriber.received.push(data) > 0;
      // As one that is ended for being slow: others are told, and it leaves.
      for (const text of ["it is slow", "it leaves"]) fanOut.send(room, text);
      fanOut.flush();
      room.delete(first.member);
      room.add(late.member);
      fanOut.send(room, "it has left");
      fanOut.flush();
      return false;
    };
    fanOut.send(room, "1");
    if (other) fanOut.send(topic("another room", second.member), "2");
    await nextTurn();
    const before = other ? ["1", "2"] : ["1"];
    assertEquals(second.subscriber.received, [...before, "it is slow", "it leaves", "it has left"]);
    assertEquals(late.subscriber.received, ["it has left"]);
    fanOut.send(room, "3");
    await nextTurn();
    assertEquals(late.subscriber.received, ["it has left", "3"]);
  }
});
