import { assertEquals } from "@std/assert";
import { lineOf } from "../../src/topics/presence_wire.ts";
import { TopicUsers } from "../../src/topics/topic_users.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

const OURS = "00000000000000bb";
const THEIRS = "00000000000000cc";
const BEFORE = "00000000000000aa";

/** What another process says of its users: their ids, stamps and values. */
function said(process: string, version: number, users: [string, number, string][]) {
  const lines = users.map(([id, stamp, json]) => lineOf({ id, stamp, json }));
  return { kind: "roster", process, version, part: 0, parts: 1, lines } as const;
}

Deno.test("users here and elsewhere are one list, each once", () => {
  const users = new TopicUsers(OURS, 100);
  users.own.join(new FakeSubscriber(), { id: "ann", json: "" });
  users.own.join(new FakeSubscriber(), { id: "bob", json: '{"n":1}' });
  users.peers.take(said(THEIRS, 1, [["bob", 1, '{"n":2}'], ["cid", 1, "[]"]]));
  users.takeChange("room");
  assertEquals(users.list().sort((a, b) => a.id < b.id ? -1 : 1), [
    { id: "ann" },
    // It came later than ours.
    { id: "bob", value: { n: 1 } },
    { id: "cid", value: [] },
  ]);
  const [first] = users.list().filter(({ id }) => id === "bob");
  (first!.value as { n: number }).n = 5;
  assertEquals(users.list().find(({ id }) => id === "bob")!.value, { n: 1 });
});

Deno.test("of two values at a time both processes show the same one", () => {
  for (const [process, shown] of [[THEIRS, "theirs"], [BEFORE, "ours"]] as const) {
    const users = new TopicUsers(OURS, 100);
    users.own.join(new FakeSubscriber(), { id: "ann", json: '"ours"' });
    users.peers.take(said(process, 1, [["ann", 1, '"theirs"']]));
    users.takeChange("room");
    assertEquals(users.list(), [{ id: "ann", value: shown }]);
  }
});

Deno.test("what comes here after what others have said is newer", () => {
  const users = new TopicUsers(BEFORE, 100);
  users.peers.take(said(THEIRS, 1, [["ann", 7, '"theirs"']]));
  users.own.join(new FakeSubscriber(), { id: "ann", json: '"ours"' });
  users.takeChange("room");
  assertEquals(users.list(), [{ id: "ann", value: "ours" }]);
});

Deno.test("joins and leaves are told once for each user, whatever happens in between", () => {
  const users = new TopicUsers(OURS, 100);
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  assertEquals([users.changed, users.takeChange("room")], [false, undefined]);
  users.own.join(a, { id: "ann", json: '"1"' });
  users.own.join(b, { id: "ann", json: '"2"' });
  users.peers.take(said(THEIRS, 1, [["ann", 9, '"3"'], ["cid", 1, ""]]));
  assertEquals(users.changed, true);
  assertEquals(users.takeChange("room"), {
    topic: "room",
    joined: [{ id: "ann", value: "3" }, { id: "cid" }],
    left: [],
    changed: [],
  });
  // It is still here.
  users.peers.take(said(THEIRS, 2, []));
  assertEquals(users.takeChange("room"), {
    topic: "room",
    joined: [],
    left: [{ id: "cid" }],
    changed: [{ id: "ann", value: "2" }],
  });
  users.own.leave(a);
  assertEquals(users.takeChange("room"), undefined);
  // Gone and back before anybody was told.
  users.own.leave(b);
  users.own.join(a, { id: "ann", json: '"2"' });
  assertEquals([users.takeChange("room"), users.changed], [undefined, false]);
  users.own.leave(a);
  assertEquals(users.takeChange("room"), {
    topic: "room",
    joined: [],
    left: [{ id: "ann", value: "2" }],
    changed: [],
  });
});

Deno.test("much is told in pieces", () => {
  const users = new TopicUsers(OURS, 2_000);
  const all = Array.from({ length: 1_200 }, (_, i) => [`${i}`, 1, ""] as [string, number, string]);
  users.peers.take(said(THEIRS, 1, all));
  const pieces = [];
  for (let change = users.takeChange("t"); change; change = users.takeChange("t")) {
    pieces.push(change.joined.length);
  }
  assertEquals(pieces, [500, 500, 200]);
});

Deno.test("there is room for so many, of all processes together", () => {
  const users = new TopicUsers(OURS, 10);
  const subscribers = Array.from({ length: 6 }, () => new FakeSubscriber());
  subscribers.forEach((one, i) => users.own.join(one, { id: `own${i}`, json: "" }));
  const theirs = Array.from(
    { length: 6 },
    (_, i) => [`their${i}`, 1, ""] as [string, number, string],
  );
  users.peers.take(said(THEIRS, 1, theirs));
  users.takeChange("room");
  assertEquals([users.list().length, users.cut, users.roomy], [10, true, false]);
  users.own.join(new FakeSubscriber(), { id: "late", json: "" });
  users.own.leave(subscribers[0]!);
  assertEquals([users.roomy, users.own.crowded], [true, true]);
  users.own.makeRoom();
  users.takeChange("room");
  assertEquals([users.own.crowded, users.cut, users.list().length], [false, true, 10]);
});

Deno.test("the list is what was told, so that list and changes are right together", () => {
  const users = new TopicUsers(OURS, 10);
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  users.own.join(a, { id: "ann", json: '"1"' });
  assertEquals(users.list(), []);
  users.takeChange("room");
  users.own.join(a, { id: "ann", json: '"2"' });
  // Somebody who reads now is never told that this one has left.
  users.own.join(b, { id: "bob", json: "" });
  assertEquals(users.list(), [{ id: "ann", value: "1" }]);
  users.own.leave(b);
  users.own.leave(a);
  assertEquals(users.list(), [{ id: "ann", value: "1" }]);
  users.takeChange("room");
  assertEquals(users.list(), []);
});
