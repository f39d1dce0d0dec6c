import { assertEquals, assertThrows } from "@std/assert";
import { Deferred } from "../../src/base/deferred.ts";
import type { BrokerPort } from "../../src/brokers/port.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { Route } from "../../src/server/route.ts";
import type { MemberListener } from "../../src/topics/member.ts";
import { checkTopicsOptions, type CommonTopicsOptions } from "../../src/topics/options.ts";
import type { NotSubscribed } from "../../src/topics/subscription.ts";
import { Subscriptions } from "../../src/topics/subscriptions.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FakeSubscriber } from "../support/fake_subscriber.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

const SUBSCRIBED = { subscribed: true } as const;
const refused = (reason: NotSubscribed["reason"]) => ({ subscribed: false, reason }) as const;

/** Subscriptions over a broker that answers when the test says so. */
function subscribing(options: CommonTopicsOptions = {}, listener?: MemberListener) {
  const clock = new FakeClock();
  const reported: unknown[] = [];
  const asked: string[] = [];
  const broker = {
    answer: undefined as Promise<void> | undefined,
    state: "up" as BrokerPort["state"],
  };
  const port: BrokerPort = {
    maxPayload: 100,
    get state() {
      return broker.state;
    },
    linger: 5_000,
    start() {},
    subscribe(topic) {
      asked.push(`+${topic}`);
      return broker.answer;
    },
    unsubscribe: (topic) => void asked.push(`-${topic}`),
    publish: () => Promise.resolve({ relayed: true }),
    close: () => Promise.resolve(),
  };
  const onError = (error: unknown) => reported.push((error as Error).message);
  const checked = checkTopicsOptions({ onError, ...options });
  const subscriptions = new Subscriptions(checked, port, clock, listener);
  return { clock, reported, asked, broker, subscriptions };
}

Deno.test("one subscription of the broker serves all that are subscribed, and lingers", async () => {
  const { subscriptions: s, asked, clock } = subscribing();
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  for (const subscriber of [a, b, a]) {
    assertEquals(await s.subscribe(subscriber, "room"), SUBSCRIBED);
  }
  assertEquals([s.count("room"), s.of(a), asked], [2, ["room"], ["+room"]]);
  s.unsubscribe(a, "room");
  s.unsubscribe(a, "never");
  s.unsubscribe(new FakeSubscriber(), "room");
  b.end();
  await nextTurn();
  clock.pass(4_999);
  assertEquals([s.count("room"), asked], [0, ["+room"]]);
  clock.pass(1);
  assertEquals([asked, clock.pending], [["+room", "-room"], 0]);
});

Deno.test("whoever is in at the end of the turn is sent to, and whoever is left out is not", async () => {
  const { subscriptions: s } = subscribing();
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  for (const subscriber of [a, b]) await s.subscribe(subscriber, "room");
  s.send("room", "1");
  s.send("room", "2", a);
  s.send("nobody", "3");
  await nextTurn();
  assertEquals([a.received, b.received], [["1"], ["1", "2"]]);
  // In a history the one that is left out is known by its id, for as long as it is a member.
  assertEquals([s.originOf(undefined), s.byOrigin("")], ["", undefined]);
  assertEquals([s.originOf(a), s.byOrigin(a.id)], [a.id, a]);
  a.end();
  await nextTurn();
  assertEquals([s.originOf(a), s.byOrigin(a.id)], [a.id, undefined]);
});

Deno.test("what is refused is said with its reason, and reported to nobody", async () => {
  const { subscriptions: s, reported } = subscribing({
    maxTopics: 2,
    authorize: (topic) => topic !== "private",
  });
  const a = new FakeSubscriber();
  assertEquals(await s.subscribe(a, "*"), refused("invalid-topic"));
  assertEquals(await s.subscribe(a, "private"), refused("unauthorized"));
  for (const topic of ["1", "2"]) assertEquals(await s.subscribe(a, topic), SUBSCRIBED);
  assertEquals(await s.subscribe(a, "3"), refused("too-many-topics"));
  const closing = Object.assign(new FakeSubscriber(), { readyState: 2 });
  assertEquals(await s.subscribe(closing, "1"), refused("closed"));
  assertThrows(() => s.subscribe(undefined as never, "1"), TypeError, "expected a connection");
  s.close();
  assertEquals(await s.subscribe(a, "1"), refused("closed"));
  assertEquals(reported, []);
});

Deno.test("an engine that refuses is a result, and leaves nobody subscribed", async () => {
  const { subscriptions: s, broker, asked, clock } = subscribing();
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  const both = [s.subscribe(a, "room"), s.subscribe(b, "room")];
  assertEquals(asked, ["+room"]);
  answer.resolve(Promise.reject(new Error("NOPERM")));
  assertEquals(await Promise.all(both), [refused("engine"), refused("engine")]);
  assertEquals([s.count("room"), s.of(a), clock.pending], [0, [], 0]);
});

Deno.test("a topic that was left before it was refused does not take its successor along", async () => {
  const { subscriptions: s, broker, asked, clock } = subscribing();
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  s.subscribe(a, "room");
  s.unsubscribe(a, "room");
  answer.resolve(Promise.reject(new Error("busy")));
  await nextTurn();
  broker.answer = undefined;
  assertEquals(await s.subscribe(b, "room"), SUBSCRIBED);
  clock.pass(5_000);
  assertEquals([s.count("room"), asked], [1, ["+room", "+room"]]);
});

Deno.test("nobody waits for an authorize that never ends, and it counts until the end", async () => {
  const { subscriptions: s } = subscribing({
    maxTopics: 2,
    authorize: () => new Promise<boolean>(() => {}),
  });
  const a = new FakeSubscriber();
  const first = s.subscribe(a, "1");
  s.unsubscribe(a, "1");
  assertEquals(await first, refused("unsubscribed"));
  const again = s.subscribe(a, "1");
  assertEquals(await s.subscribe(a, "2"), refused("too-many-topics"));
  a.end();
  assertEquals(await again, refused("closed"));
});

Deno.test("the last word counts while the engine takes its time", async () => {
  const { subscriptions: s, broker } = subscribing();
  const a = new FakeSubscriber();
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  const first = s.subscribe(a, "room");
  s.unsubscribe(a, "room");
  const again = s.subscribe(a, "room");
  answer.resolve();
  assertEquals([await first, await again], [refused("unsubscribed"), SUBSCRIBED]);
  assertEquals(s.of(a), ["room"]);
  broker.answer = new Promise(() => {});
  const open = s.subscribe(a, "another");
  s.close();
  assertEquals([await open, s.of(a)], [refused("closed"), []]);
});

Deno.test("whatever authorize does, and whatever is told of it does, subscribe never rejects", async () => {
  for (
    const authorize of [
      (): never => {
        throw new Error("thrown");
      },
      () => Promise.reject(new Error("rejected")),
      () => "yes" as never,
      () => Promise.resolve(1 as never),
    ]
  ) {
    const { subscriptions: s, reported } = subscribing({ authorize });
    assertEquals(await s.subscribe(new FakeSubscriber(), "room"), refused("unauthorized"));
    assertEquals(reported.length, 1);
    const onError = () => Promise.reject(new Error("whoever is told fails, too"));
    const { subscriptions: t } = subscribing({ authorize, onError: onError as () => void });
    const shown: unknown[] = [];
    const { error } = console;
    console.error = (fault: unknown) => shown.push(fault);
    try {
      assertEquals(await t.subscribe(new FakeSubscriber(), "room"), refused("unauthorized"));
      await nextTurn();
    } finally {
      console.error = error;
    }
    assertEquals(shown.length, 1);
  }
});

Deno.test("authorize may end the connection, or close everything", async () => {
  const { subscriptions: s } = subscribing({ authorize: (_, a) => ended(a as FakeSubscriber) });
  function ended(subscriber: FakeSubscriber): Promise<boolean> {
    subscriber.end();
    return nextTurn().then(() => true);
  }
  assertEquals(await s.subscribe(new FakeSubscriber(), "room"), refused("closed"));
  const closed = subscribing({
    authorize() {
      closed.subscriptions.close();
      return true;
    },
  });
  const outcome = await closed.subscriptions.subscribe(new FakeSubscriber(), "room");
  assertEquals(outcome, refused("closed"));
});

Deno.test("whoever asks twice gets one answer, and whoever leaves twice harms nobody", async () => {
  const { subscriptions: s, broker, asked } = subscribing();
  const a = new FakeSubscriber();
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  const both = [s.subscribe(a, "room"), s.subscribe(a, "room")];
  answer.resolve();
  assertEquals(await Promise.all(both), [SUBSCRIBED, SUBSCRIBED]);
  assertEquals([s.of(a), asked], [["room"], ["+room"]]);
  s.unsubscribe(a, "room");
  s.unsubscribe(a, "room");
  a.end();
  await nextTurn();
  s.connectionEnded(a);
  assertEquals([s.of(a), s.count("room")], [[], 0]);
});

Deno.test("a connection of ours is listened to for as long as it is in a topic", async () => {
  let connection!: Connection;
  const answer = new Deferred<boolean>();
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const server = memoryServer((request, context) =>
    route.answer(request, { onOpen: (_, opened) => void (connection = opened) }, context)
  );
  const { client } = await server.connect();
  const { subscriptions: s } = subscribing({
    authorize: (topic) => topic === "slow" ? answer.promise : topic !== "private",
  });
  assertEquals(await s.subscribe(connection, "private"), refused("unauthorized"));
  assertEquals(await s.subscribe(connection, "room"), SUBSCRIBED);
  s.unsubscribe(connection, "room");
  assertEquals(s.of(connection), []);
  for (const topic of ["a", "b"]) await s.subscribe(connection, topic);
  const slow = s.subscribe(connection, "slow");
  client!.vanish();
  await connection.closed;
  assertEquals([s.of(connection), s.count("a"), s.count("b")], [[], 0, 0]);
  assertEquals(await slow, refused("closed"));
  answer.resolve(true);
  await nextTurn();
  assertEquals(s.count("slow"), 0);
  assertEquals(await s.subscribe(connection, "a"), refused("closed"));
});

Deno.test("whoever joins is brought to where the topic is first, in steps", async () => {
  const { subscriptions: s, asked } = subscribing();
  const subscriber = new FakeSubscriber();
  const steps = [new Deferred<void>(), new Deferred<void>()];
  let step = 0;
  const joining = () => steps[step++]?.promise;
  const waiting = s.subscribe(subscriber, "room", joining);
  steps[0]!.resolve();
  await nextTurn();
  assertEquals([step, s.count("room"), [...s.members("room")]], [2, 0, []]);
  steps[1]!.resolve();
  assertEquals(await waiting, SUBSCRIBED);
  assertEquals([step, [...s.members("room")], [...s.members("never")]], [3, [subscriber], []]);
  const other = new FakeSubscriber();
  assertEquals(await s.subscribe(other, "room", () => undefined), SUBSCRIBED);
  assertEquals([s.count("room"), asked], [2, ["+room"]]);
});

Deno.test("whoever ends by what it is sent on the way is in nothing, and holds nothing", async () => {
  const { subscriptions: s, asked, clock } = subscribing();
  const fragile = () => {
    const subscriber = new FakeSubscriber();
    subscriber.send = () => (s.connectionEnded(subscriber), false);
    return subscriber;
  };
  const step = Promise.resolve();
  for (const steps of [[undefined], [step, undefined]]) {
    const joining = (_: string, subscriber: { send(data: string): unknown }) => {
      if (steps.length === 1) subscriber.send("the past");
      return steps.shift();
    };
    const name = `past ${steps.length}`;
    assertEquals(await s.subscribe(fragile(), name, joining), refused("closed"));
    assertEquals(s.count(name), 0);
  }
  const member = fragile();
  await s.subscribe(member, "other");
  s.send("other", "the present");
  assertEquals(await s.subscribe(member, "room"), refused("closed"));
  // What was said on the way may take it back, too.
  const fickle = new FakeSubscriber();
  await s.subscribe(fickle, "other");
  let steps = 0;
  const back = await s.subscribe(fickle, "room", () => {
    if (steps++ === 0) return step;
    s.unsubscribe(fickle, "room");
  });
  await nextTurn();
  assertEquals([back, s.count("room"), s.of(fickle)], [refused("unsubscribed"), 0, ["other"]]);
  clock.pass(5_000);
  const left = asked.filter((word) => word.startsWith("-"));
  assertEquals(left.sort(), ["-past 1", "-past 2", "-room"]);
});

Deno.test("a topic is not let go of while somebody is on the way, and is if nobody comes", async () => {
  const { subscriptions: s, asked, clock } = subscribing();
  const subscriber = new FakeSubscriber();
  const step = new Deferred<void>();
  const waiting = s.subscribe(subscriber, "room", () => step.promise);
  clock.pass(60_000);
  assertEquals(asked, ["+room"]);
  s.unsubscribe(subscriber, "room");
  assertEquals(await waiting, refused("unsubscribed"));
  step.resolve();
  await nextTurn();
  clock.pass(5_000);
  assertEquals(asked, ["+room", "-room"]);
  const failing = s.subscribe(subscriber, "room", () => Promise.reject(new Error("refused")));
  assertEquals(await failing, refused("engine"));
  // Readers hold it, too.
  const { ready, release } = s.hold("read");
  clock.pass(60_000);
  release();
  assertEquals([ready, asked.slice(2)], [undefined, ["+room", "+read", "-room"]]);
  clock.pass(5_000);
  assertEquals(asked.at(-1), "-read");
});

Deno.test("while the engine is away, whoever joins waits for it, and leaves nothing behind", async () => {
  const { subscriptions: s, asked, broker } = subscribing();
  const joining = () => undefined;
  broker.state = "down";
  const [a, b, c, d] = Array.from({ length: 4 }, () => new FakeSubscriber());
  const waiting = [a!, b!, c!].map((subscriber) => s.subscribe(subscriber, "room", joining));
  await nextTurn();
  assertEquals(asked, []);
  b!.end();
  s.unsubscribe(c!, "room");
  assertEquals(await Promise.all(waiting.slice(1)), [refused("closed"), refused("unsubscribed")]);
  broker.state = "up";
  s.engineBack();
  assertEquals([await waiting[0], asked], [SUBSCRIBED, ["+room"]]);
  // It goes away while somebody is on the way.
  const step = new Deferred<void>();
  let steps = 0;
  const late = s.subscribe(d!, "room", () => steps++ === 0 ? step.promise : undefined);
  broker.state = "down";
  step.resolve(Promise.reject(new Error("cut")));
  await nextTurn();
  assertEquals([steps, s.count("room")], [1, 1]);
  broker.state = "up";
  s.engineBack();
  assertEquals([await late, steps], [SUBSCRIBED, 2]);
  broker.state = "down";
  const closing = s.subscribe(c!, "room", joining);
  await nextTurn();
  s.close();
  assertEquals(await closing, refused("closed"));
});

Deno.test("whoever joins waits for the engine's answer, and a refusal that is late hits nobody else", async () => {
  const { subscriptions: s, asked, broker, clock } = subscribing();
  const answer = new Deferred<void>();
  broker.answer = answer.promise;
  const joining = () => undefined;
  const both = [1, 2].map(() => s.subscribe(new FakeSubscriber(), "room", joining));
  await nextTurn();
  assertEquals([s.count("room"), asked], [0, ["+room"]]);
  answer.resolve();
  assertEquals(await Promise.all(both), [SUBSCRIBED, SUBSCRIBED]);
  const late = new Deferred<void>();
  broker.answer = late.promise;
  s.hold("secret").release();
  late.resolve(Promise.reject(new Error("refused")));
  await nextTurn();
  broker.answer = undefined;
  assertEquals(await s.subscribe(new FakeSubscriber(), "secret", joining), SUBSCRIBED);
  clock.pass(10_000);
  assertEquals(asked, ["+room", "+secret", "+secret"]);
});

Deno.test("whoever listens hears who comes, who says so again, and who leaves, but not of the end", async () => {
  const heard: string[] = [];
  const names = new Map<unknown, string>();
  const hear = (sign: string) => (subscriber: unknown, topic: string) =>
    void heard.push(`${sign}${names.get(subscriber)} ${topic}`);
  const { subscriptions: s } = subscribing({ authorize: (topic) => topic !== "private" }, {
    joined: hear("+"),
    left: hear("-"),
  });
  const [a, b] = [new FakeSubscriber(), new FakeSubscriber()];
  names.set(a, "a").set(b, "b");
  for (const topic of ["room", "private", "other"]) await s.subscribe(a, topic);
  await s.subscribe(b, "room");
  await s.subscribe(a, "room");
  s.unsubscribe(a, "room");
  s.unsubscribe(a, "room");
  a.end();
  await nextTurn();
  s.close();
  assertEquals(heard, ["+a room", "+a other", "+b room", "+a room", "-a room", "-a other"]);
});
