import { assertEquals } from "@std/assert";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import type { BrokerPort } from "../../src/brokers/port.ts";
import { KnownTopics } from "../../src/topics/known_topics.ts";
import { Member } from "../../src/topics/member.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

/** Topics over a broker that says what it hears, and answers as a test says. */
function known() {
  const heard: string[] = [];
  const clock = new FakeClock();
  const answers: Promise<void>[] = [];
  const port: BrokerPort = Object.assign(new MemoryBroker(), {
    linger: 5_000,
    subscribe: (topic: string) => (heard.push(`+${topic}`), answers.shift()),
    unsubscribe: (topic: string) => void heard.push(`-${topic}`),
  });
  return { heard, clock, answers, topics: new KnownTopics(port, clock) };
}

Deno.test("the broker hears of a topic once, and no more when nobody has wanted it for a while", () => {
  const { heard, clock, topics } = known();
  const topic = topics.open("room");
  assertEquals([topics.open("room"), topics.get("room"), topics.get("never")], [
    topic,
    topic,
    undefined,
  ]);
  const member = new Member(new FakeSubscriber());
  topic.add(member);
  topics.rest(topic);
  clock.pass(60_000);
  assertEquals(heard, ["+room"]);
  topic.delete(member);
  topics.rest(topic);
  clock.pass(4_999);
  assertEquals(heard, ["+room"]);
  clock.pass(1);
  assertEquals([heard, topics.get("room")], [["+room", "-room"], undefined]);
  // What is gone is let go of once.
  topics.rest(topic);
  clock.pass(5_000);
  assertEquals(heard.length, 2);
});

Deno.test("one that is held stays, and rests from its release on", () => {
  const { heard, clock, topics } = known();
  const topic = topics.open("room");
  topics.hold(topic);
  topics.rest(topic);
  clock.pass(60_000);
  assertEquals([heard, topic.held], [["+room"], 1]);
  topics.release(topic);
  topics.hold(topic);
  clock.pass(60_000);
  assertEquals(heard, ["+room"]);
  topics.release(topic);
  clock.pass(5_000);
  assertEquals(heard, ["+room", "-room"]);
});

Deno.test("one that is refused makes way for its successor, and does not take it along", async () => {
  const { heard, clock, answers, topics } = known();
  const answer = Promise.withResolvers<void>();
  answers.push(answer.promise, Promise.resolve());
  const refused = topics.open("room");
  topics.rest(refused);
  answer.reject(new Error("no permission"));
  await nextTurn();
  const next = topics.open("room");
  await next.ready;
  assertEquals([next === refused, next.ready], [false, undefined]);
  topics.hold(next);
  clock.pass(5_000);
  assertEquals([heard, topics.get("room")], [["+room", "+room"], next]);
});

Deno.test("closed, it has none, and no timer", () => {
  const { clock, topics } = known();
  topics.rest(topics.open("room"));
  topics.close();
  assertEquals([topics.get("room"), clock.pending], [undefined, 0]);
});
