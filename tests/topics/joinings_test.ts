import { assertEquals } from "@std/assert";
import { Deferred } from "../../src/base/deferred.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import type { BrokerPort } from "../../src/brokers/port.ts";
import type { TopicsState } from "../../src/brokers/state.ts";
import { type Joining, Joinings, refusal } from "../../src/topics/joinings.ts";
import { KnownTopics } from "../../src/topics/known_topics.ts";
import { Member, type Pending } from "../../src/topics/member.ts";
import type { NotSubscribed } from "../../src/topics/subscription.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

const SUBSCRIBED = { subscribed: true } as const;

/** The way of one member into a topic, over a broker that is as a test says. */
function joining() {
  const broker: {
    state: TopicsState;
    answer?: Promise<void>;
    parts?: Readonly<Record<string, TopicsState>>;
  } = { state: "up" };
  const port = Object.assign(Object.create(new MemoryBroker()), {
    subscribe: () => broker.answer,
  }) as BrokerPort;
  Object.defineProperty(port, "state", { get: () => broker.state });
  const stateOf = (topic: string) => broker.parts?.[topic] ?? "down";
  Object.defineProperty(port, "stateOf", { get: () => broker.parts && stateOf });
  const topics = new KnownTopics(port, new FakeClock());
  const end: { refused?: NotSubscribed } = {};
  const member = new Member(new FakeSubscriber());
  const pending: Pending = { wanted: true, outcome: new Deferred() };
  const joinings = new Joinings(port, topics, {
    join: (topic, member) => topic.add(member),
    leave: (topic, member) => topic.delete(member),
    refusedSince: () => end.refused,
  });
  const wait = (first: Promise<boolean | void> | true, how?: Joining) =>
    joinings.wait(first, member, "room", pending, how);
  const isIn = () => [...member.places.keys()].map(({ name }) => name);
  return { broker, topics, joinings, end, member, pending, wait, isIn };
}

Deno.test("in mode live it is in at once, and waits for the engine", async () => {
  const { broker, topics, joinings, member, wait, isIn } = joining();
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  broker.state = "down";
  assertEquals(joinings.mayJoin("room", undefined), true);
  const first = joinings.advance(topics.open("room"), member, undefined);
  assertEquals(isIn(), ["room"]);
  const outcome = wait(first!);
  answer.resolve();
  assertEquals([await outcome, topics.get("room")?.held], [SUBSCRIBED, 0]);
});

Deno.test("whoever is in before the engine refuses the topic is in no more", async () => {
  const { broker, topics, joinings, member, wait, isIn } = joining();
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  const outcome = wait(joinings.advance(topics.open("room"), member, undefined)!);
  assertEquals(isIn(), ["room"]);
  answer.resolve(Promise.reject(new Error("no permission")));
  assertEquals([await outcome, isIn()], [refusal("engine"), []]);
});

Deno.test("in mode replay it is brought there first, when the engine knows", async () => {
  const { broker, topics, joinings, member, wait, isIn } = joining();
  const [answer, step] = [new Deferred<void>(), new Deferred<void>()];
  broker.answer = answer.promise;
  const steps = [step.promise, undefined];
  const how = () => steps.shift();
  const outcome = wait(joinings.advance(topics.open("room"), member, how)!, how);
  assertEquals([steps.length, topics.get("room")?.held], [2, 1]);
  answer.resolve();
  await nextTurn();
  assertEquals([steps.length, isIn()], [1, []]);
  step.resolve();
  assertEquals([await outcome, isIn()], [SUBSCRIBED, ["room"]]);
  // Whoever is in stays in.
  assertEquals(joinings.advance(topics.get("room")!, member, how), undefined);
});

Deno.test("whoever may not, or no longer, is not in, whenever that is said", async () => {
  const { wait, isIn, end, topics } = joining();
  assertEquals(await wait(Promise.resolve(false)), refusal("unauthorized"));
  assertEquals(topics.get("room"), undefined);
  // While it is on its last step.
  const late = wait(Promise.resolve(true), () => void (end.refused = refusal("closed")));
  assertEquals([await late, isIn()], [refusal("closed"), []]);
  assertEquals([await wait(Promise.resolve(true)), isIn()], [refusal("closed"), []]);
});

Deno.test("a step that fails is the engine's refusal, unless it is away", async () => {
  const { broker, joinings, wait, isIn, topics } = joining();
  const failing = () => Promise.reject(new Error("no permission"));
  assertEquals(await wait(true, failing), refusal("engine"));
  assertEquals([isIn(), topics.get("room")], [[], undefined]);
  const cut = new Deferred<void>();
  const steps = [cut.promise, undefined];
  const how = () => steps.shift();
  const outcome = wait(true, how);
  await nextTurn();
  broker.state = "down";
  cut.resolve(Promise.reject(new Error("cut")));
  await nextTurn();
  assertEquals([steps.length, isIn(), joinings.mayJoin("room", how)], [1, [], false]);
  broker.state = "up";
  joinings.wake();
  assertEquals([await outcome, isIn()], [SUBSCRIBED, ["room"]]);
});

Deno.test("whoever waits for an engine that is away may leave", async () => {
  const { broker, joinings, pending, end, wait, topics } = joining();
  broker.state = "down";
  const outcome = wait(true, () => undefined);
  await nextTurn();
  end.refused = refusal("unsubscribed");
  joinings.leave(pending);
  assertEquals([await outcome, topics.get("room")], [refusal("unsubscribed"), undefined]);
});

Deno.test("where an engine has several parts, that of the topic counts", () => {
  const { broker, joinings } = joining();
  broker.state = "suspect";
  broker.parts = { room: "up" };
  assertEquals(joinings.mayJoin("room", () => undefined), true);
  assertEquals(joinings.mayJoin("another", () => undefined), false);
});
