import { assertEquals, assertThrows } from "@std/assert";
// It is there at once, when it is loaded.
import "../../src/topics/presences.ts";
import type { BrokerPort, BrokerSink } from "../../src/brokers/port.ts";
import { createTopics, type Topics } from "../../src/topics.ts";
import { LiveTopics } from "../../src/topics/live_topics.ts";
import { checkTopicsOptions } from "../../src/topics/options.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

Deno.test("a message goes to whoever is subscribed when it is published", async () => {
  const topics = createTopics();
  const [early, late] = [new FakeSubscriber(), new FakeSubscriber()];
  topics.subscribe(early, "room");
  topics.publish("room", "first");
  topics.subscribe(late, "room");
  topics.publish("room", "second");
  topics.unsubscribe(early, "room");
  topics.publish("room", "third");
  await nextTurn();
  assertEquals([early.received, late.received], [["first", "second"], ["second", "third"]]);
});

Deno.test("bytes are those of the moment of publishing", async () => {
  const topics = createTopics();
  const subscriber = new FakeSubscriber();
  topics.subscribe(subscriber, "room");
  const bytes = new Uint8Array([0, 1, 2, 3]);
  topics.publish("room", bytes.subarray(1, 3));
  bytes.fill(9);
  await nextTurn();
  assertEquals(new Uint8Array(subscriber.received[0] as ArrayBuffer), new Uint8Array([1, 2]));
});

Deno.test("a subscriber that throws, or ends others, does the rest no harm", async () => {
  const reported: unknown[] = [];
  const topics = createTopics({ onError: (error) => reported.push(error) });
  const others = Array.from({ length: 10 }, () => new FakeSubscriber());
  const bad = new FakeSubscriber();
  bad.send = () => {
    for (const other of others) topics.unsubscribe(other, "room");
    throw new Error("thrown in send");
  };
  for (const subscriber of [...others.slice(5), bad, ...others.slice(0, 5)]) {
    topics.subscribe(subscriber, "room");
  }
  topics.publish("room", "once");
  await nextTurn();
  for (const { received } of others) assertEquals(received, ["once"]);
  assertEquals([topics.subscribers("room"), reported.length], [1, 1]);
});

Deno.test("a subscriber that is none of ours leaves its topics when it has ended", async () => {
  const topics = createTopics();
  const subscriber = new FakeSubscriber();
  topics.subscribe(subscriber, "room");
  assertEquals(topics.topics(subscriber), ["room"]);
  subscriber.end();
  await nextTurn();
  assertEquals([topics.subscribers("room"), topics.topics(subscriber)], [0, []]);
});

Deno.test("the last word counts where authorize takes its time", async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const topics = createTopics({ authorize: () => promise });
  const [left, stayed] = [new FakeSubscriber(), new FakeSubscriber()];
  const first = topics.subscribe(left, "room");
  const end = topics.unsubscribe(left, "room");
  topics.subscribe(stayed, "room");
  topics.unsubscribe(stayed, "room");
  const again = topics.subscribe(stayed, "room");
  resolve(true);
  await end;
  assertEquals(await first, { subscribed: false, reason: "unsubscribed" });
  assertEquals(await again, { subscribed: true });
  assertEquals([topics.topics(left), topics.topics(stayed)], [[], ["room"]]);
});

Deno.test("authorize may close everything", async () => {
  const topics: Topics = createTopics({
    authorize() {
      topics.close();
      return true;
    },
  });
  const subscriber = new FakeSubscriber();
  const outcome = await topics.subscribe(subscriber, "room");
  assertEquals(outcome, { subscribed: false, reason: "closed" });
  assertEquals([topics.topics(subscriber), topics.subscribers("room")], [[], 0]);
});

Deno.test("only true is a yes", async () => {
  const reported: unknown[] = [];
  for (const answer of [undefined, 1, "yes", Promise.resolve({})]) {
    const topics = createTopics({
      authorize: () => answer as never,
      onError: (error) => reported.push((error as Error).message),
    });
    assertEquals(await topics.subscribe(new FakeSubscriber(), "room"), {
      subscribed: false,
      reason: "unauthorized",
    });
  }
  assertEquals(reported, [
    "Cannot authorize a subscription: expected true or false, got undefined",
    "Cannot authorize a subscription: expected true or false, got number",
    'Cannot authorize a subscription: expected true or false, got "yes"',
    "Cannot authorize a subscription: expected true or false, got object",
  ]);
});

Deno.test("options and arguments that make no sense throw at once", () => {
  const cases: [() => unknown, string][] = [
    [() => createTopics({ maxTopics: 0 }), "expected a whole number from 1, got 0"],
    [() => createTopics({ onGaps: () => {} } as never), "expected onGap (did you mean that?)"],
    [() => createTopics({ authorize: true } as never), "expected a function, got boolean"],
    [
      () => createTopics({ broker: { engine: "redis", maxPayload: 1 } }),
      "expected what redis() or nats() returned",
    ],
    [() => createTopics().subscribe({} as never, "room"), "expected a connection, got object"],
    [() => createTopics().publish("room", 5 as never), "expected a string, an ArrayBuffer"],
  ];
  for (const [call, message] of cases) assertThrows(call, Error, message);
});

Deno.test("in one process all is up, and what is no topic is not published", async () => {
  const topics = createTopics();
  assertEquals(topics.state, "up");
  const { relayed, error } = await topics.publish("a*", "x");
  assertEquals([relayed, error?.message], [
    false,
    'Cannot publish: expected the name of a topic, got "a*"',
  ]);
  await topics.close();
  assertEquals((await topics.publish("room", "x")).relayed, false);
});

Deno.test("a message goes to all but one here, and to others by the broker, and theirs come here", async () => {
  let sink!: BrokerSink;
  const relayed: unknown[] = [];
  const port: BrokerPort = {
    maxPayload: 100,
    state: "suspect",
    linger: 0,
    start: (given) => void (sink = given),
    subscribe: () => undefined,
    unsubscribe() {},
    publish(...all) {
      relayed.push(all);
      return Promise.resolve({ relayed: true });
    },
    close: () => Promise.resolve(void relayed.push("closed")),
  };
  const told: unknown[] = [];
  const topics = new LiveTopics(
    checkTopicsOptions({
      onState: (state) => told.push(state),
      onGap: (gap) => told.push(gap),
      onError: (error) => told.push(error),
    }),
    port,
    new FakeClock(),
  );
  assertEquals(topics.state, "suspect");
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  for (const subscriber of [a, b]) await topics.subscribe(subscriber, "room");
  assertEquals(await topics.publish("room", "mine", { except: a }), { relayed: true });
  sink.deliver("room", { data: "theirs", origin: "" });
  await nextTurn();
  assertEquals([a.received, b.received], [["theirs"], ["mine", "theirs"]]);
  const gap = { topic: "room", cause: "sequence" } as const;
  sink.state("up");
  sink.gap(gap);
  sink.error("fault");
  assertEquals(told, ["up", gap, "fault"]);
  await topics.close();
  assertEquals(relayed, [["room", "mine", ""], "closed"]);
});

Deno.test("who is there: two connections of one user are one, and subscribers are told", async () => {
  const topics = createTopics({
    presence: {
      user: (connection) => names.get(connection),
    },
    presenceMessage: ({ joined, left }) =>
      JSON.stringify({ joined: joined.map(({ id }) => id), left: left.map(({ id }) => id) }),
  });
  const [tab, other, guest] = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
  const ann = { id: "ann", value: { name: "Ann" } };
  const names = new Map<unknown, typeof ann>([[tab, ann], [other, ann]]);
  for (const subscriber of [tab, other, guest]) await topics.subscribe(subscriber, "room");
  assertEquals(await topics.presence("room"), { users: [ann], complete: true });
  assertEquals(topics.subscribers("room"), 3);
  topics.unsubscribe(tab, "room");
  assertEquals((await topics.presence("room")).users, [ann]);
  while (guest.received.length === 0) await nextTurn();
  assertEquals(guest.received, ['{"joined":["ann"],"left":[]}']);
  other.end();
  while (guest.received.length === 1) await nextTurn();
  assertEquals(guest.received[1], '{"joined":[],"left":["ann"]}');
  await topics.close();
  assertEquals((await topics.presence("room")).complete, false);
});

Deno.test("without presence nobody says who is there", () => {
  const expected = "Cannot read who is present: expected option presence of createTopics, got none";
  assertThrows(() => createTopics().presence("room"), TypeError, expected);
  assertThrows(() => createTopics({ mode: "replay" }).presence("room"), TypeError, expected);
});
