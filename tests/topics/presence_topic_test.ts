import { assertEquals } from "@std/assert";
import type { PresenceChange } from "../../src/topics/presence.ts";
import { PresenceTopic, type PresenceTopicOwner } from "../../src/topics/presence_topic.ts";
import { lineOf, type PresenceMessage } from "../../src/topics/presence_wire.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

const OURS = "00000000000000aa";
const THEIRS = "00000000000000bb";

/** One topic, and what it says, told at whatever time it is. */
function topic(more: Partial<PresenceTopicOwner> = {}) {
  const state = { now: 1_000, up: true, asks: 10, busy: 0 };
  const sent: PresenceMessage[] = [];
  const told: PresenceChange[] = [];
  let version = 0;
  const owner: PresenceTopicOwner = {
    process: OURS,
    ttl: 3_000,
    maxUsers: 10,
    alone: false,
    get up() {
      return state.up;
    },
    chunk: 1_000,
    now: () => state.now,
    version: () => ++version,
    mayAsk: () => state.asks-- > 0,
    send: (_, message) => void sent.push(message),
    tell: (change) => void told.push(change),
    busy: () => void state.busy++,
    ...more,
  };
  const topic = new PresenceTopic("room", owner);
  topic.subscribed = true;
  const take = () =>
    sent.splice(0).map((message) =>
      "version" in message ? `${message.kind} ${message.version}` : message.kind
    );
  return { topic, state, sent, told, take };
}

const who = (id: string) => ({ id, json: "" });
const ask = (of: string, known: [string, number][] = [], version = 0) =>
  ({ kind: "ask", process: THEIRS, version, of, known: new Map(known) }) as const;
const roster = (version: number, ...ids: string[]) => {
  const lines = ids.map((id) => lineOf({ id, stamp: 1, json: "" }));
  return { kind: "roster", process: THEIRS, version, part: 0, parts: 1, lines } as const;
};

Deno.test("others are told of changes, then asked; it is looked at until all is known", () => {
  const { topic: t, state, take, told } = topic();
  const subscriber = new FakeSubscriber();
  t.join(subscriber, who("ann"));
  assertEquals([state.busy, t.look(), take()], [1, true, ["changes 1", "ask 1"]]);
  assertEquals(told, [{ topic: "room", joined: [{ id: "ann" }], left: [], changed: [] }]);
  state.now += 499;
  assertEquals([t.look(), take()], [true, []]);
  state.now += 1;
  assertEquals([t.look(), take()], [false, []]);
  t.leave(subscriber);
  assertEquals([state.busy, t.look(), take(), told.length], [2, false, ["changes 2"], 2]);
});

Deno.test("nobody is asked before the broker knows the topic, while it is away, or out of turn", () => {
  const { topic: t, state, take } = topic();
  t.subscribed = false;
  assertEquals([t.look(), take()], [true, []]);
  t.subscribed = true;
  state.up = false;
  assertEquals([t.look(), take()], [false, []]);
  state.up = true;
  state.asks = 0;
  assertEquals([t.look(), take()], [true, []]);
  state.asks = 1;
  assertEquals([t.look(), take()], [true, ["ask 0"]]);
});

Deno.test("a question is answered at once, the next ones together, and by those who are meant", () => {
  const { topic: t, state, take } = topic();
  t.join(new FakeSubscriber(), who("ann"));
  t.flush();
  take();
  t.take(ask("00000000000000cc"));
  assertEquals(take(), []);
  t.take(ask("", [[OURS, 1]]));
  assertEquals(take(), ["version 1"]);
  t.take(ask("", [[OURS, 1]]));
  t.take(ask(OURS));
  t.take(ask("", [[OURS, 1]]));
  assertEquals(take(), []);
  state.now += 250;
  t.flush();
  assertEquals(take(), ["roster 1"]);
  t.flush();
  assertEquals(take(), []);
});

Deno.test("an answer has what is to be told, too", () => {
  const { topic: t, take } = topic();
  t.join(new FakeSubscriber(), who("ann"));
  t.take(ask("", [[OURS, 0]]));
  assertEquals(take(), ["changes 1", "roster 1"]);
});

Deno.test("one that has never had anybody does not answer, unless it is thought to have", () => {
  const { topic: t, take, sent } = topic();
  t.join(new FakeSubscriber(), undefined);
  t.take(ask(""));
  assertEquals(take(), []);
  t.take(ask("", [[OURS, 7]]));
  assertEquals(sent, [
    { kind: "roster", process: OURS, version: 1, part: 0, parts: 1, lines: [] },
  ]);
});

Deno.test("what is large goes in parts", () => {
  const { topic: t, sent } = topic({ chunk: 50, maxUsers: 100 });
  for (let i = 0; i < 10; i++) {
    t.join(new FakeSubscriber(), { id: `user ${i}`, json: '"äöü"' });
  }
  t.join(new FakeSubscriber(), { id: "large", json: JSON.stringify("x".repeat(200)) });
  t.flush();
  const versions = sent.map((message) =>
    message.kind === "changes" && [message.from, message.version]
  );
  assertEquals(versions, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 6]]);
  assertEquals(sent.map((message) => "lines" in message && message.lines.length), [
    2,
    2,
    2,
    2,
    2,
    1,
  ]);
  sent.length = 0;
  t.take(ask(""));
  const parts = sent.map((message) => message.kind === "roster" && [message.part, message.parts]);
  assertEquals(parts, [[0, 6], [1, 6], [2, 6], [3, 6], [4, 6], [5, 6]]);
});

Deno.test("one that is behind is asked; one that does not answer is given up", async () => {
  const { topic: t, state, take } = topic();
  assertEquals(t.take(roster(1, "bob")), "current");
  t.look();
  t.take({ kind: "version", process: THEIRS, version: 1 });
  state.now += 500;
  assertEquals(t.look(), false);
  take();
  for (let i = 0; i < 2; i++) {
    assertEquals(t.take({ kind: "version", process: THEIRS, version: 2 }), "behind");
  }
  assertEquals(take(), ["ask 0"]);
  state.now += 500;
  t.look();
  const reading = t.read();
  state.now += 1_000;
  t.look();
  const { users, complete, reason } = await reading;
  assertEquals([users, complete, reason], [[{ id: "bob" }], false, "unanswered"]);
  state.now += 3_000;
  t.look();
  t.look();
  state.now += 500;
  t.look();
  assertEquals(await t.read(), { users: [], complete: true });
});

Deno.test("one that was silent is asked when it is heard again, where it had somebody", () => {
  const { topic: t, state, take } = topic();
  t.look();
  t.take(roster(1, "bob"));
  state.now += 500;
  t.look();
  take();
  t.silence(THEIRS);
  t.silence("00000000000000cc");
  t.look();
  assertEquals(t.users.list(), []);
  t.hear("00000000000000cc");
  assertEquals(take(), []);
  t.hear(THEIRS);
  t.hear(THEIRS);
  assertEquals(take(), ["ask 0"]);
  t.silence(THEIRS);
  t.take(roster(2, "bob"));
  t.silence(THEIRS);
  assertEquals([t.drop(THEIRS), take()], [false, []]);
  t.hear(THEIRS);
  assertEquals(take(), []);
});

Deno.test("when there is room again, those that had none are asked for", () => {
  const { topic: t, state, take } = topic({ maxUsers: 2 });
  t.look();
  t.take(roster(1, "a", "b", "c"));
  state.now += 500;
  t.look();
  take();
  t.look();
  assertEquals(take(), []);
  const lines = ["a", "b"].map((id) => lineOf({ id, stamp: 0, json: "" }));
  t.take({ kind: "changes", process: THEIRS, version: 2, from: 1, lines });
  t.look();
  assertEquals(take(), ["ask 0"]);
});

Deno.test("while the engine is away the answer is what was so; a doubt wakes who waits", async () => {
  const { topic: t, state } = topic();
  t.take(roster(1, "bob"));
  t.look();
  const reading = t.read();
  state.up = false;
  t.doubt();
  const away = { users: [{ id: "bob" }], complete: false, reason: "engine" } as const;
  assertEquals([await reading, await t.read()], [away, away]);
  state.up = true;
  const { busy } = state;
  t.doubt();
  assertEquals(state.busy, busy + 1);
  const last = t.read();
  t.close();
  assertEquals((await last).reason, "unanswered");
});

Deno.test("more users than are shown: the answer says so", async () => {
  const { topic: t } = topic({ maxUsers: 1, alone: true });
  for (const id of ["ann", "bob"]) t.join(new FakeSubscriber(), who(id));
  t.look();
  const reason = "too-many-users";
  assertEquals(await t.read(), { users: [{ id: "ann" }], complete: false, reason });
});

Deno.test("who reads waits until those are told of who came just now, or until the end", async () => {
  const { topic: t, told } = topic({ alone: true });
  t.join(new FakeSubscriber(), who("ann"));
  const reading = Promise.all([t.read(), t.read()]);
  assertEquals(told, []);
  t.look();
  const answer = { users: [{ id: "ann" }], complete: true };
  assertEquals(await reading, [answer, answer]);
  t.join(new FakeSubscriber(), who("bob"));
  const last = t.read();
  t.close();
  assertEquals([await last, await t.read()], [answer, answer]);
});

Deno.test("while more come and go than can be told, the answer says so", async () => {
  const { topic: t } = topic({ alone: true, maxUsers: 10_000 });
  for (let i = 0; i < 3_000; i++) t.join(new FakeSubscriber(), who(`${i}`));
  const reading = t.read();
  for (let looks = 0; looks < 5; looks++) {
    t.look();
    await undefined;
    await undefined;
  }
  const { users, complete, reason } = await reading;
  assertEquals([users.length < 3_000, complete, reason], [true, false, "unanswered"]);
  const all = t.read();
  t.look();
  assertEquals([(await all).users.length, (await all).complete], [3_000, true]);
});

Deno.test("one that is alone says nothing, and doubts nothing", async () => {
  const { topic: t, sent } = topic({ alone: true });
  t.join(new FakeSubscriber(), who("ann"));
  t.doubt();
  assertEquals([t.look(), sent, await t.read()], [false, [], {
    users: [{ id: "ann" }],
    complete: true,
  }]);
});

Deno.test("what was said is said once more after a while, because a first word may get lost", () => {
  const { topic: t, state, take } = topic();
  assertEquals(t.repeat(), false);
  t.join(new FakeSubscriber(), who("ann"));
  t.look();
  assertEquals(take(), ["changes 1", "ask 1"]);
  state.now += 1_999;
  assertEquals([t.repeat(), take()], [false, []]);
  state.now += 1;
  assertEquals([t.repeat(), take(), t.repeat()], [true, ["ask 1"], false]);
  t.join(new FakeSubscriber(), who("bob"));
  t.look();
  assertEquals(take(), ["changes 2"]);
  state.now += 2_000;
  assertEquals([t.repeat(), take(), t.repeat()], [true, ["version 2"], false]);
  // Somebody else asks meanwhile, and all hear the answers.
  t.doubt();
  t.look();
  assertEquals(take(), ["ask 2"]);
  t.take(ask("", [[OURS, 2]]));
  take();
  state.now += 2_000;
  assertEquals([t.repeat(), take()], [false, []]);
});
