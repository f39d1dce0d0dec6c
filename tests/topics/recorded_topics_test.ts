import { assertEquals, assertThrows } from "@std/assert";
// It is there at once, when it is loaded.
import "../../src/topics/presences.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { MemoryReplayBroker } from "../../src/brokers/memory_replay.ts";
import type { BrokerPort, BrokerSink, Page } from "../../src/brokers/port.ts";
import type { TopicsState } from "../../src/brokers/state.ts";
import { checkTopicsOptions } from "../../src/topics/options.ts";
import { RecordedTopics } from "../../src/topics/recorded_topics.ts";
import { REPLAY_NAMES, type ReplayOptions } from "../../src/topics/replay_options.ts";
import type { TopicItem } from "../../src/topics/topics.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

/** A broker whose engine may be away, as tests say. */
class Away extends MemoryReplayBroker {
  override state: TopicsState & "up" = "up";
  sink!: BrokerSink;
  away = false;
  reads = 0;
  closed = 0;

  override start(sink: BrokerSink): void {
    super.start(this.sink = sink);
  }

  override read(topic: string, after: string, limit: number): Page {
    this.reads++;
    const page = super.read(topic, after, limit);
    return this.away ? Promise.reject(new Error("away")) as unknown as Page : page;
  }

  turn(state: TopicsState, cause?: unknown): void {
    this.state = state as "up";
    this.sink.state(state, cause);
  }

  override close(): Promise<void> {
    this.closed++;
    return super.close();
  }
}

function recorded(options: Partial<ReplayOptions> = {}) {
  const clock = new FakeClock();
  const port = new Away({ count: 100, bytes: 1e6, age: 60_000 }, clock);
  const checked = checkTopicsOptions(options as ReplayOptions, REPLAY_NAMES);
  const live = () => new MemoryBroker();
  return { topics: new RecordedTopics(checked, { port, live }, clock), port, clock };
}

Deno.test("a message goes to all subscribers in one order, but not to whoever is left out", async () => {
  const { topics } = recorded();
  const [one, other] = [new FakeSubscriber(), new FakeSubscriber()];
  await topics.subscribe(one, "room");
  await topics.subscribe(other, "room");
  const first = await topics.publish("room", "1", { except: one });
  await topics.publish("room", "2");
  await topics.publish("elsewhere", "x");
  await nextTurn();
  assertEquals([one.received, other.received], [["2"], ["1", "2"]]);
  assertEquals([first.relayed, typeof first.position], [true, "string"]);
  assertEquals([topics.subscribers("room"), topics.topics(one)], [2, ["room"]]);
  await topics.unsubscribe(one, "room");
  assertEquals([topics.subscribers("room"), topics.topics(one)], [1, []]);
});

Deno.test("a subscriber goes on where it was, or learns that it cannot", async () => {
  const { topics } = recorded({ gapMessage: ({ cause }) => `gap: ${cause}` });
  const { position: first } = await topics.publish("room", "1");
  const { position: last } = await topics.publish("room", "2");
  const [back, lost, fresh] = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
  const subscribed = true;
  assertEquals(
    [
      await topics.subscribe(back, "room", { after: first }),
      await topics.subscribe(lost, "room", { after: "made up" }),
      await topics.subscribe(fresh, "room"),
      await topics.subscribe(fresh, "room", { after: first }),
    ],
    [
      { subscribed, recovered: true, position: last },
      { subscribed, recovered: false, position: last },
      { subscribed, recovered: true, position: last },
      // It is in already: what it asks for is not sent.
      { subscribed, recovered: false, position: last },
    ],
  );
  await nextTurn();
  assertEquals([back.received, lost.received, fresh.received], [["2"], ["gap: epoch"], []]);
});

Deno.test("a loop that waits learns of what is published", async () => {
  const { topics } = recorded();
  const items = topics.messages("room")[Symbol.asyncIterator]();
  const next = items.next();
  await nextTurn();
  const { position } = await topics.publish("room", "1");
  assertEquals((await next).value, { data: "1", position });
});

Deno.test("a frame is made once of each message, and one that fails is told and left out", async () => {
  const reported: unknown[] = [];
  let made = 0;
  const { topics } = recorded({
    frame(message, position) {
      made++;
      if (message === "bad") throw new Error("no frame");
      return `${position === "" ? "nowhere" : "at"} ${message}`;
    },
    onError: (error) => reported.push((error as Error).message),
  });
  const subscribers = Array.from({ length: 3 }, () => new FakeSubscriber());
  for (const subscriber of subscribers) await topics.subscribe(subscriber, "room");
  await topics.publish("room", "good");
  await topics.publish("room", "bad");
  await nextTurn();
  for (const { received } of subscribers) assertEquals(received, ["at good"]);
  assertEquals([made, reported], [2, ["no frame"]]);
});

Deno.test("what cannot be published or read says so, and is not kept", async () => {
  const { topics } = recorded();
  const { relayed, error } = await topics.publish("a*", "x");
  assertEquals([relayed, error?.message], [
    false,
    'Cannot publish: expected the name of a topic, got "a*"',
  ]);
  assertThrows(() => topics.messages("a*"), TypeError, "expected the name of a topic");
  assertThrows(() => topics.publish("room", {} as never), TypeError);
});

Deno.test("states are told; loops and subscriptions that wait for the engine go on when it is back", async () => {
  const states: unknown[] = [];
  const { topics, port } = recorded({
    onState: (state, cause) => states.push([state, cause]),
  });
  const { position } = await topics.publish("room", "1");
  port.away = true;
  port.turn("down", "cut");
  assertEquals(topics.state, "down");
  const subscriber = new FakeSubscriber();
  const subscription = topics.subscribe(subscriber, "room", { after: "" });
  const items = topics.messages("room", { after: "" })[Symbol.asyncIterator]();
  const item = items.next() as Promise<IteratorResult<TopicItem>>;
  for (let i = 0; i < 5; i++) await nextTurn();
  assertEquals(topics.subscribers("room"), 0);
  const { reads } = port;
  port.away = false;
  port.turn("suspect");
  for (let i = 0; i < 5; i++) await nextTurn();
  assertEquals([topics.subscribers("room"), port.reads], [0, reads]);
  port.turn("up");
  assertEquals(await subscription, { subscribed: true, recovered: true, position: position! });
  assertEquals((await item).value, { data: "1", position: position! });
  assertEquals(subscriber.received, ["1"]);
  assertEquals(states, [["down", "cut"], ["suspect", undefined], ["up", undefined]]);
});

Deno.test("whoever waits for a part of the engine goes on as soon as that part is back", async () => {
  const { topics, port } = recorded();
  const { position } = await topics.publish("room", "1");
  const parts: Record<string, TopicsState> = { room: "down", another: "up" };
  Object.assign(port, { stateOf: (topic: string) => parts[topic] });
  port.turn("suspect");
  port.away = true;
  const [waiting, other] = [new FakeSubscriber(), new FakeSubscriber()];
  const subscription = topics.subscribe(waiting, "room");
  const items = topics.messages("room", { after: "" })[Symbol.asyncIterator]();
  const item = items.next() as Promise<IteratorResult<TopicItem>>;
  assertEquals((await topics.subscribe(other, "another")).subscribed, true);
  for (let i = 0; i < 5; i++) await nextTurn();
  assertEquals([topics.subscribers("room"), topics.state], [0, "suspect"]);
  parts.room = "up";
  port.away = false;
  port.sink.partUp!();
  assertEquals(await subscription, { subscribed: true, recovered: true, position: position! });
  assertEquals((await item).value, { data: "1", position: position! });
});

Deno.test("gaps and faults of the broker are told", async () => {
  const gaps: unknown[] = [];
  const reported: unknown[] = [];
  const { topics, port } = recorded({
    onGap: (gap) => gaps.push(gap),
    gapMessage: () => "gap",
    onError: (error) => reported.push(error),
  });
  const subscriber = new FakeSubscriber();
  await topics.subscribe(subscriber, "room");
  const gap = { topic: "room", cause: "trimmed" } as const;
  port.sink.gap(gap);
  port.sink.gap({ ...gap, topic: "nobody is here" });
  port.sink.error("fault");
  await nextTurn();
  assertEquals([gaps, reported, subscriber.received], [[gap], ["fault"], ["gap"]]);
});

Deno.test("whoever delivers a history waits for subscribers to take it", async () => {
  const { topics, port, clock } = recorded();
  let drained = () => {};
  const subscriber = Object.assign(new FakeSubscriber(), {
    bufferedAmount: 8 * 1024 * 1024,
    drained: () => new Promise<void>((resolve) => drained = resolve),
  });
  await topics.subscribe(subscriber, "room");
  let out = false;
  const waits = port.sink.wentOut!("room").then(() => out = true);
  await nextTurn();
  assertEquals(out, false);
  drained();
  await waits;
  assertEquals(clock.pending, 0);
  await port.sink.wentOut!("nobody is here");
});

Deno.test("when they are closed, loops end, nobody is subscribed, and the broker is closed", async () => {
  const { topics, port } = recorded();
  const subscriber = new FakeSubscriber();
  await topics.subscribe(subscriber, "room");
  const end = topics.messages("room")[Symbol.asyncIterator]().next();
  await nextTurn();
  await topics.close();
  assertEquals([(await end).done, port.closed, topics.topics(subscriber)], [true, 1, []]);
  assertEquals(await topics.subscribe(subscriber, "room"), {
    subscribed: false,
    reason: "closed",
  });
  assertEquals((await topics.publish("room", "x")).relayed, false);
});

Deno.test("who is there goes over a broker beside that of the history, which ends first", async () => {
  const names = new Map<unknown, string>();
  const changes: unknown[] = [];
  const heard: string[] = [];
  const clock = new FakeClock();
  const port = new Away({ count: 100, bytes: 1e6, age: 60_000 }, clock);
  const reported: unknown[] = [];
  let sink!: BrokerSink;
  const beside: BrokerPort = {
    maxPayload: 1_000,
    state: "up",
    linger: 0,
    start: (given) => void (sink = given),
    subscribe: () => undefined,
    unsubscribe() {},
    publish: (_, data) => {
      heard.push(`${data}`.split("\t")[1]!);
      return Promise.resolve({ relayed: true });
    },
    close: () => Promise.resolve(void heard.push(`closed before ${port.closed}`)),
  };
  const options = checkTopicsOptions({
    presence: { user: (connection) => ({ id: names.get(connection)! }) },
    onPresence: (change) => changes.push(change),
    onError: (error) => reported.push(error),
  });
  const topics = new RecordedTopics(options, { port, live: () => beside }, clock);
  const subscriber = new FakeSubscriber();
  names.set(subscriber, "ann");
  await topics.subscribe(subscriber, "room");
  const reading = topics.presence("room");
  await nextTurn();
  for (let i = 0; i < 4; i++) clock.pass(250);
  assertEquals(await reading, { users: [{ id: "ann" }], complete: true });
  sink.deliver("\u0001room", { data: "x", origin: "" });
  sink.deliver("room", { data: "not of the history", origin: "" });
  sink.gap({ topic: "room", cause: "sequence" });
  sink.state("down");
  assertEquals(changes, [{ topic: "room", joined: [{ id: "ann" }], left: [], changed: [] }]);
  assertEquals([subscriber.received, reported.length], [[], 1]);
  await topics.close();
  assertEquals(heard.filter((word) => word !== "beat"), [
    "changes",
    "ask",
    "bye",
    "closed before 0",
  ]);
});

Deno.test("in one process who is there needs no broker", async () => {
  const { topics, clock } = recorded({ presence: { user: ({ id }) => ({ id }) } });
  const subscriber = new FakeSubscriber();
  await topics.subscribe(subscriber, "room");
  const reading = topics.presence("room");
  await nextTurn();
  clock.pass(250);
  assertEquals(await reading, { users: [{ id: subscriber.id }], complete: true });
  await topics.close();
  assertThrows(() => recorded().topics.presence("room"), TypeError, "expected option presence");
});
