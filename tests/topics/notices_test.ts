import { assertEquals } from "@std/assert";
import type { Gap } from "../../src/brokers/gap.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { Notices } from "../../src/topics/notices.ts";
import { checkTopicsOptions, type CommonTopicsOptions } from "../../src/topics/options.ts";
import { Subscriptions } from "../../src/topics/subscriptions.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { nextTurn } from "../support/memory.ts";

/** Presence is switched on by whoever looks at its options. */
const presence = { user: () => undefined };

const CHANGE = { topic: "room", joined: [{ id: "ann" }], left: [], changed: [] };

const GAP: Gap = { topic: "room", cause: "sequence", missed: 2 };

/** Notices, with one subscriber of the topic `room`. */
async function noticing(options: CommonTopicsOptions) {
  const reported: unknown[] = [];
  const onError = (error: unknown) => reported.push((error as Error).message);
  const checked = checkTopicsOptions({ onError, ...options });
  const subscriptions = new Subscriptions(checked, new MemoryBroker(), new FakeClock());
  const subscriber = new FakeSubscriber();
  await subscriptions.subscribe(subscriber, "room");
  return { notices: new Notices(checked, subscriptions), subscriber, reported };
}

Deno.test("a gap is told to the program, and to the subscribers of its topic alone", async () => {
  const gaps: Gap[] = [];
  const { notices, subscriber, reported } = await noticing({
    onGap: (gap) => gaps.push(gap),
    gapMessage: ({ topic, missed }) => missed === 1 ? undefined : `${missed} in ${topic}`,
  });
  notices.gap(GAP);
  notices.gap({ ...GAP, missed: 1 });
  // Nobody here would have had those.
  notices.gap({ ...GAP, topic: "another" });
  await nextTurn();
  assertEquals([gaps, subscriber.received], [[GAP, { ...GAP, missed: 1 }], ["2 in room"]]);
  const single = new FakeSubscriber();
  notices.missing(GAP, single);
  assertEquals([single.received, reported, gaps.length], [["2 in room"], [], 2]);
});

Deno.test("a gap that nobody asks for is an error", async () => {
  const { notices, reported } = await noticing({});
  notices.gap(GAP);
  notices.gap({ topic: "room", cause: "engine-reconnect" });
  assertEquals(reported, [
    'Lost 2 messages of the topic "room" (sequence): see onGap',
    'Lost messages of the topic "room" (engine-reconnect): see onGap',
  ]);
  for (const option of [{ onGap: () => {} }, { gapMessage: () => undefined }]) {
    const { notices, reported } = await noticing(option);
    notices.gap(GAP);
    assertEquals(reported, []);
  }
});

Deno.test("what functions of the program throw is reported, and goes no further", async () => {
  const thrower = (name: string) => () => {
    throw new Error(`thrown in ${name}`);
  };
  const { notices, subscriber, reported } = await noticing({
    onGap: thrower("onGap"),
    gapMessage: thrower("gapMessage"),
    onState: thrower("onState"),
    presence,
    onPresence: thrower("onPresence"),
    presenceMessage: thrower("presenceMessage"),
  });
  notices.gap(GAP);
  notices.missing(GAP, subscriber);
  notices.state("down", new Error("cut"));
  notices.presence(CHANGE);
  const names = ["onGap", "gapMessage", "gapMessage", "onState", "onPresence", "presenceMessage"];
  assertEquals(reported, names.map((name) => `thrown in ${name}`));
  const states: unknown[] = [];
  const told = await noticing({ onState: (...all) => states.push(all) });
  told.notices.state("up", undefined);
  assertEquals(states, [["up", undefined]]);
  (await noticing({})).notices.state("up", undefined);
});

Deno.test("who came and went is told to the program, and to the subscribers of the topic", async () => {
  const changes: unknown[] = [];
  const { notices, subscriber, reported } = await noticing({
    presence,
    onPresence: (change) => changes.push(change),
    presenceMessage: ({ joined }) => joined.length === 0 ? undefined : `hello ${joined[0]!.id}`,
  });
  const others = { ...CHANGE, topic: "another" };
  const leaving = { ...CHANGE, joined: [], left: CHANGE.joined };
  for (const change of [CHANGE, others, leaving]) notices.presence(change);
  await nextTurn();
  assertEquals([changes, subscriber.received], [[CHANGE, others, leaving], ["hello ann"]]);
  assertEquals(reported, []);
  (await noticing({})).notices.presence(CHANGE);
  const bad = await noticing({ presence, presenceMessage: () => CHANGE as unknown as string });
  bad.notices.presence(CHANGE);
  await nextTurn();
  const message = "Cannot send: expected a string, an ArrayBuffer or a view of one, got Object";
  assertEquals([bad.subscriber.received, bad.reported], [[], [message]]);
});
