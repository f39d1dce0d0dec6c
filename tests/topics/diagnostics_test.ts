import { assertEquals, assertStrictEquals } from "@std/assert";
import { topicChannels } from "../../src/topics/diagnostics.ts";
import { Member } from "../../src/topics/member.ts";
import { Notices } from "../../src/topics/notices.ts";
import { checkTopicsOptions } from "../../src/topics/options.ts";
import { Topic } from "../../src/topics/topic.ts";
import { createTopics } from "../../src/topics.ts";
import type { Subscriptions } from "../../src/topics/subscriptions.ts";
import { Listening } from "../support/diagnostics.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";

Deno.test("all topics of a process have the same channels", () => {
  assertStrictEquals(topicChannels(), topicChannels());
});

Deno.test("whoever listens hears who comes to a topic and leaves it, and how many are left", async () => {
  using listening = new Listening("topic");
  const topics = createTopics();
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  await topics.subscribe(a, "room");
  await topics.subscribe(a, "room");
  await topics.subscribe(b, "room");
  await topics.subscribe(b, "other");
  await topics.unsubscribe(a, "room");
  await topics.unsubscribe(a, "room");
  await topics.subscribe(a, "room");
  await topics.close();
  assertEquals(
    listening.all("topic").map(({ topic, subscribed, subscribers }) =>
      `${subscribed ? "+" : "-"}${topic} ${subscribers}`
    ),
    ["+room 1", "+room 2", "+other 1", "-room 1", "+room 2", "-room 1", "-room 0", "-other 0"],
  );
});

Deno.test("the last of the members leaves as the others do", () => {
  using listening = new Listening("topic");
  const topic = new Topic("room");
  const members = [0, 1, 2].map(() => new Member(new FakeSubscriber()));
  for (const member of members) topic.add(member);
  for (const member of [members[0]!, members[2]!, members[2]!, members[1]!]) topic.delete(member);
  assertEquals(listening.all("topic").map(({ subscribers }) => subscribers), [1, 2, 3, 2, 1, 0]);
});

Deno.test("whoever listens hears of gaps that somebody would notice, and of engines", () => {
  using listening = new Listening("gap", "engine");
  const told: unknown[] = [];
  const options = checkTopicsOptions({
    onGap: (gap) => told.push(gap),
    onState: (...state) => told.push(state),
  });
  const counts: Readonly<Record<string, number>> = { room: 1 };
  const notices = new Notices(
    options,
    { count: (topic: string) => counts[topic] ?? 0 } as unknown as Subscriptions,
  );
  const cause = new Error("gone");
  notices.state("down", cause);
  notices.gap({ topic: "empty", cause: "sequence", missed: 1 });
  notices.gap({ topic: "room", cause: "sequence", missed: 2 });
  notices.gap({ topic: "room", cause: "epoch" });
  assertEquals(listening.told, [
    { on: "engine", message: { state: "down", cause } },
    { on: "gap", message: { topic: "room", cause: "sequence", missed: 2 } },
    { on: "gap", message: { topic: "room", cause: "epoch", missed: undefined } },
  ]);
  assertEquals(told.length, 3);
});
