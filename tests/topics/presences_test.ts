import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";
import { FakeNetwork, type FakeProcess, type FakeUser } from "../support/presence_network.ts";
import { Presences } from "../../src/topics/presences.ts";
import type { Subscriber } from "../../src/topics/subscriber.ts";
import { checkPresence, type PresenceOptions } from "../../src/topics/presence_options.ts";

/** Three of them. */
function three(options: Partial<PresenceOptions> = {}) {
  const network = new FakeNetwork();
  const [a, b, c] = [0, 1, 2].map(() => network.process(options)) as [
    FakeProcess,
    FakeProcess,
    FakeProcess,
  ];
  return { network, a, b, c };
}

/** Some processes that share a network. */
function processes(count: number, options: Partial<PresenceOptions> = {}) {
  const network = new FakeNetwork();
  return { network, all: Array.from({ length: count }, () => network.process(options)) };
}

Deno.test("whoever joins here is known there, once, and so is whoever leaves", async () => {
  const { network, a, b } = three();
  const ann = a.join("ann", "room", 1);
  b.join("bob", "room");
  await network.pass(500);
  assertEquals([a.take(), b.take()], [["+ann", "+bob"], ["+ann +bob"]]);
  assertEquals([await a.read(), await b.read()], ["ann=1,bob", "ann=1,bob"]);
  const tab = b.join("ann", "room", 2);
  await network.pass(250);
  await network.pass(250);
  assertEquals([a.take(), b.take(), await a.read()], [["~ann"], ["~ann"], "ann=2,bob"]);
  a.leave(ann);
  await network.pass(250);
  assertEquals([a.take(), b.take(), await a.read()], [[], [], "ann=2,bob"]);
  b.leave(tab);
  await network.pass(500);
  assertEquals([a.take(), b.take(), await a.read()], [["-ann"], ["-ann"], "bob"]);
});

Deno.test("a process that comes later knows within a second who is there", async () => {
  const { network, a } = three();
  for (const user of ["ann", "bob"]) a.join(user);
  await network.pass(10_000);
  const late = network.process();
  assertEquals(await late.read(), "ann,bob");
  assertEquals(network.take("roster").length, 1);
  // From now on it knows by itself.
  a.join("cid");
  await network.pass(250);
  network.take();
  assertEquals([await late.read(), network.take()], ["ann,bob,cid", []]);
});

Deno.test("the users of a process that was killed are gone after its lease, and told once", async () => {
  const { network, a, b } = three({ maxUsers: 2_000 });
  for (let i = 0; i < 1_000; i++) a.join(`${i}`);
  b.join("bob");
  await network.pass(2_000);
  assertEquals(b.told.splice(0).flatMap(({ joined }) => joined).length, 1_001);
  a.dead = true;
  network.take();
  // The last that was heard of it may be a beat old.
  await network.pass(6_500);
  assertEquals([b.told.length, (await b.read()).split(",").length], [0, 1_001]);
  await network.pass(4_750);
  const told = b.told.splice(0);
  assertEquals(told.map(({ left }) => left.length), [500, 500]);
  // Nobody has to say so, but for the word that it was there, once more.
  const kinds = network.take().map(({ text }) => text.split("\t")[1]);
  assertEquals([await b.read(), new Set(kinds)], ["bob", new Set(["version", "beat"])]);
});

Deno.test("a process that ends says so", async () => {
  const { network, a, b } = three();
  a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  a.presences.close();
  a.presences.close();
  await network.pass(250);
  assertEquals([b.take(), await b.read()], [["+ann +bob", "-ann"], "bob"]);
  // It does nothing any more.
  a.join("cid");
  a.become("down");
  a.deliver("\u0001room", "x");
  assertEquals(await a.read(), " (engine)");
  assertEquals([network.take("bye").length, a.reported], [1, []]);
});

Deno.test("one that has nobody ends without a word, and so do its timers", async () => {
  const { network, a } = three();
  a.join("");
  await network.pass(1_000);
  a.presences.close();
  assertEquals([network.take("bye"), network.clock.pending], [[], 0]);
});

Deno.test("while the engine is away nobody is gone, and the answer says so", async () => {
  const { network, a, b } = three();
  const ann = a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  b.take();
  for (const one of [a, b]) one.become("down");
  a.leave(ann);
  a.join("cid");
  await network.pass(60_000);
  assertEquals([await b.read(), b.take()], ["ann,bob (engine)", []]);
  assertEquals(await a.read(), "bob,cid (engine)");
  for (const one of [a, b]) one.become("up");
  assertEquals([await b.read(), b.take()], ["bob,cid", ["+cid -ann"]]);
  assertEquals([a.reported, b.reported], [[], []]);
});

Deno.test("one that reads while the engine goes is answered at once", async () => {
  const { network, a } = three();
  const reading = a.presences.read("room");
  a.become("suspect");
  assertEquals(await reading, { users: [], complete: false, reason: "engine" });
  assert(network.clock.pending > 0);
});

Deno.test("a process that stood still gives nobody up, and is back when others hear it", async () => {
  const { network, a, b, c } = three();
  for (const [process, user] of [[a, "ann"], [b, "bob"], [c, "cid"]] as const) process.join(user);
  await network.pass(1_000);
  for (const one of [a, b, c]) one.take();
  // Nothing of the first one gets anywhere, and what it had to say meanwhile is lost.
  network.loses = ({ from }) => from === a;
  a.join("abe");
  await network.pass(12_000);
  assertEquals([b.take(), c.take(), await b.read()], [["-ann"], ["-ann"], "bob,cid"]);
  network.loses = () => false;
  await network.pass(5_000);
  assertEquals([await b.read(), await c.read()], ["abe,ann,bob,cid", "abe,ann,bob,cid"]);
  // All stand still: nobody is gone when they go on.
  for (const one of [a, b, c]) one.take();
  network.clock.pass(0);
  await jump(network, 3_600_000);
  await network.pass(15_000);
  assertEquals([a.take(), b.take(), c.take()], [[], [], []]);
  assertEquals(await b.read(), "abe,ann,bob,cid");
});

/** The clock jumps, as that of a process that stood still: its timers are due once. */
function jump({ clock }: FakeNetwork, milliseconds: number): Promise<void> {
  const now = clock.now.bind(clock);
  clock.now = () => now() + milliseconds;
  return nextTurn();
}

Deno.test("whatever is lost is asked for when the broker tells of a gap", async () => {
  const { network, a, b } = three();
  const ann = a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  network.loses = ({ from }) => from === a;
  a.leave(ann);
  await network.pass(250);
  network.loses = () => false;
  assertEquals(await b.read(), "ann,bob");
  b.presences.gap("\u0001room");
  b.presences.gap("\u0001never");
  assertEquals([await b.read(), b.take()], ["bob", ["+ann +bob", "-ann"]]);
});

Deno.test("a hole between changes is noticed without a word of the broker", async () => {
  const { network, a, b } = three();
  a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  network.loses = ({ text }) => text.includes("changes");
  a.join("abe");
  await network.pass(250);
  network.loses = () => false;
  a.join("ada");
  await network.pass(500);
  assertEquals(await b.read(), "abe,ada,ann,bob");
});

Deno.test("one that has somebody and does not answer is waited for, and given up after its lease", async () => {
  const { network, a, b } = three();
  a.join("ann");
  // It goes on to live, but for this topic.
  a.join("abe", "another");
  b.join("bob");
  await network.pass(1_000);
  network.loses = ({ from, channel }) => from === a && channel === "\u0001room";
  b.presences.gap("\u0001room");
  assertEquals(await b.read(), "ann,bob (unanswered)");
  await network.pass(10_500);
  assertEquals(await b.read(), "bob");
  network.loses = () => false;
  a.join("ada");
  await network.pass(500);
  assertEquals(await b.read(), "ada,ann,bob");
});

Deno.test("a storm of joins is a handful of messages, and one of newcomers, too", async () => {
  const { network, all } = processes(10, { maxUsers: 2_000 });
  for (const one of all) one.join("first");
  await network.pass(2_000);
  network.take();
  for (const one of all) one.take();
  for (let step = 0; step < 4; step++) {
    for (let i = 0; i < 250; i++) all[0]!.join(`${step * 250 + i}`);
    await network.pass(250);
  }
  const counts = [network.take("changes").length, all[9]!.take().length];
  assert(counts.every((count) => count >= 3 && count <= 5), `${counts}`);
  // The engine was away for all of them: not everybody asks, and nobody answers everybody.
  for (const one of all) one.become("down");
  for (const one of all) one.become("up");
  await network.pass(2_000);
  const sent = network.take().filter(({ channel }) => channel === "\u0001room");
  assert(sent.length <= 40, `${sent.length}`);
  assertEquals(sent.filter(({ text }) => text.includes("roster")).length, 0);
  for (const one of all) assertEquals((await one.read()).split(",").length, 1_001);
});

Deno.test("thousands of topics are asked for one after the other", async () => {
  const { network, a, b } = three();
  for (let i = 0; i < 1_000; i++) {
    a.join("ann", `${i}`);
    b.join("bob", `${i}`);
  }
  await network.pass(5_000);
  for (const one of [a, b]) one.become("down");
  network.take();
  for (const one of [a, b]) one.become("up");
  await network.pass(250);
  const asked = network.take("ask").length;
  assert(asked > 0 && asked <= 400, `${asked}`);
  await network.pass(3_000);
  assertEquals([await b.read("0"), await b.read("999")], ["ann,bob", "ann,bob"]);
});

Deno.test("values of others that are too many are not known, and the answer says so", async () => {
  const { network, a, b } = three({ maxUsers: 20 });
  const users = Array.from({ length: 30 }, (_, i) => a.join(`a${i}`));
  const bob = b.join("bob");
  await network.pass(1_000);
  const counts = async () =>
    [await a.read(), await b.read()].map((text) => [
      text.replace(/ .*/, "").split(",").length,
      text.includes("too-many-users"),
    ]);
  assertEquals(await counts(), [[20, true], [20, true]]);
  for (const user of users.slice(0, 20)) a.leave(user);
  await network.pass(3_000);
  assertEquals(await counts(), [[11, false], [11, false]]);
  b.leave(bob);
});

Deno.test("topics without presence cost nothing, and cannot be read", async () => {
  const { network, a } = three({ topics: (topic: string) => topic === "room" });
  const ann = a.join("ann", "prices");
  a.leave(ann, "prices");
  assertEquals([a.subscribed.size, network.clock.pending], [0, 0]);
  assertThrows(
    () => a.presences.read("prices"),
    TypeError,
    'Cannot read who is present: expected a topic that presence.topics says yes to, got "prices"',
  );
  assertEquals(await a.read("room"), "");
});

Deno.test("a topic that nobody is in any more is let go of, and all of it when it was the last", async () => {
  const { network, a, b } = three();
  const ann = a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  a.leave(ann);
  await network.pass(9_000);
  assertEquals([...a.subscribed], ["\u0001", "\u0001room"]);
  // Somebody is back, and stays.
  const again = a.join("ann");
  await network.pass(12_000);
  assertEquals([a.subscribed.size, await b.read()], [2, "ann,bob"]);
  a.leave(again);
  await network.pass(12_000);
  assertEquals([[...a.subscribed], await b.read()], [[], "bob"]);
  assertEquals(await a.read(), "bob");
  await network.pass(5_000);
  assertEquals([await a.read(), a.subscribed.size], ["bob", 2]);
  await network.pass(12_000);
  assertEquals(a.subscribed.size, 0);
});

Deno.test("whoever reads topics by the thousand keeps a thousand of them", async () => {
  const { network, a } = three();
  for (let i = 0; i < 1_005; i++) a.presences.read(`${i}`);
  assertEquals([a.subscribed.size, a.subscribed.has("\u00014"), a.subscribed.has("\u00015")], [
    1_001,
    false,
    true,
  ]);
  await network.pass(12_000);
  assertEquals([a.subscribed.size, network.clock.pending], [0, 0]);
});

Deno.test("who may not hear which processes live takes nobody for dead, and says so", async () => {
  const { network, a, b } = three();
  a.join("ann");
  await network.pass(1_000);
  b.answers = (channel) =>
    channel === "\u0001" ? Promise.reject(new Error("no permission")) : undefined;
  b.join("bob");
  await network.pass(500);
  network.loses = ({ channel }, to) => to === b && channel === "\u0001";
  await network.pass(30_000);
  assertEquals(await b.read(), "ann,bob (engine)");
  b.take();
  a.join("abe");
  await network.pass(500);
  assertEquals([b.take(), b.reported], [["+abe"], []]);
});

Deno.test("a process of which nothing is heard for ten leases is forgotten, and known again", async () => {
  const { network, a, b } = three();
  a.join("ann");
  b.join("bob");
  await network.pass(1_000);
  network.loses = ({ from }) => from === a;
  await network.pass(120_000);
  assertEquals(await b.read(), "bob");
  network.loses = () => false;
  a.join("abe");
  await network.pass(1_000);
  assertEquals(await b.read(), "abe,ann,bob");
});

Deno.test("what the broker says after the end changes nothing", async () => {
  const { network, a } = three();
  const { promise, resolve } = Promise.withResolvers<void>();
  a.answers = () => promise;
  a.join("ann");
  a.presences.close();
  resolve();
  await nextTurn();
  assertEquals(network.clock.pending, 0);
});

Deno.test("a topic that the engine refuses is never known", async () => {
  const { network, a } = three();
  a.answers = (channel) =>
    channel === "\u0001" ? undefined : Promise.reject(new Error("no permission"));
  a.join("ann");
  await network.pass(5_000);
  assertEquals(await a.read(), "ann (unanswered)");
});

Deno.test("other bytes on our channels are told once, and what does not get out as well", async () => {
  const { network, a } = three();
  a.join("ann");
  a.deliver("\u0001room", "hello");
  a.deliver("\u0001room", new ArrayBuffer(5));
  a.deliver("\u0001room", "p1\troster\t00000000000000bb\t1\t0\t1\nx");
  a.deliver("\u0001never", "p1\troster\t00000000000000bb\t1\t0\t1\nx");
  const expected = "expected messages of presence of this version of edgesocket, got other ones";
  assertEquals(a.reported, [`Cannot read who is present: ${expected}`]);
  await network.pass(500);
});

Deno.test("more processes than can be are told once", () => {
  const { a } = three();
  a.join("ann");
  for (let i = 0; i < 1_002; i++) {
    a.deliver("\u0001", `p1\tbeat\t${i.toString(16).padStart(16, "0")}\t10000`);
  }
  const expected = "expected at most 1000 processes with one prefix, got more";
  assertEquals(a.reported, [`Cannot read who is present: ${expected}`]);
});

Deno.test("what cannot be published while the engine is there is told once", async () => {
  const network = new FakeNetwork();
  const reported: string[] = [];
  const presences = new Presences({
    options: checkPresence({ user: () => ({ id: "ann" }) }),
    port: {
      maxPayload: 10,
      state: "up",
      linger: 0,
      start() {},
      subscribe: () => undefined,
      unsubscribe() {},
      publish: () => Promise.resolve({ relayed: false, error: new Error("too large") }),
      close: () => Promise.resolve(),
    },
    clock: network.clock,
    tell() {},
    report: (error) => reported.push((error as Error).message),
  });
  presences.joined({} as FakeUser, "room");
  await network.pass(1_000);
  assertEquals(reported, ["too large"]);
  presences.close();
});

Deno.test("without a broker all is known at once, and nothing is sent", async () => {
  const { clock } = new FakeNetwork();
  const told: unknown[] = [];
  const presences = new Presences({
    options: checkPresence({ user: (subscriber) => ({ id: (subscriber as FakeUser).user }) }),
    port: undefined,
    clock,
    tell: (change) => told.push(change),
    report() {},
  });
  presences.joined({ user: "ann" } as FakeUser, "room");
  const reading = presences.read("room");
  clock.pass(250);
  assertEquals(await reading, { users: [{ id: "ann" }], complete: true });
  assertEquals(told, [{ topic: "room", joined: [{ id: "ann" }], left: [], changed: [] }]);
  clock.pass(100_000);
  assertEquals((await presences.read("room")).complete, true);
  presences.close();
});

/** Something that happens. */
type Event =
  | { readonly do: "join" | "leave"; readonly process: number; readonly user: string }
  | { readonly do: "lose" | "away"; readonly process: number }
  | { readonly do: "pass"; readonly ms: number };

const process = fc.nat({ max: 2 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      process,
      user: fc.constantFrom(..."abcd"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("leave" as const),
      process,
      user: fc.constantFrom(..."abcd"),
    }),
  },
  fc.record({ do: fc.constantFrom("lose" as const, "away" as const), process }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      ms: fc.constantFrom(250, 1_000, 6_000),
    }),
  },
);

Deno.test("whatever is lost, all processes know the same users afterwards, and have told of each once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
      const { network, all } = processes(3);
      const here = all.map(() => new Map<string, FakeUser>());
      const lost = new Set<FakeProcess>();
      network.loses = ({ from }, to) => lost.has(from) || lost.has(to);
      for (const one of all) one.join("");
      for (const event of events) {
        if (event.do === "pass") {
          await network.pass(event.ms);
          continue;
        }
        const one = all[event.process]!;
        const users = here[event.process]!;
        if (event.do === "lose") {
          if (!lost.delete(one)) lost.add(one);
        } else if (event.do === "away") {
          one.become(one.state === "up" ? "down" : "up");
        } else if (event.do === "join") {
          if (!users.has(event.user)) users.set(event.user, one.join(event.user));
        } else if (event.do === "leave") {
          const user = users.get(event.user);
          if (user) one.leave(user);
          users.delete(event.user);
        }
      }
      lost.clear();
      for (const one of all) {
        if (one.state !== "up") one.become("up");
        // The broker tells of whatever was lost.
        one.presences.gap("\u0001room");
      }
      await network.pass(15_000);
      const expected = [...new Set(here.flatMap((users) => [...users.keys()]))].sort().join();
      for (const one of all) {
        assertEquals([await one.read(), one.reported], [expected, []]);
        const shown = new Set<string>();
        for (const { joined, left } of one.told) {
          for (const { id } of left) assert(shown.delete(id), `${id} left twice`);
          for (const { id } of joined) {
            assert(!shown.has(id), `${id} joined twice`);
            shown.add(id);
          }
        }
        assertEquals([...shown].sort().join(), expected);
      }
      for (const one of all) one.presences.close();
      assertEquals(network.clock.pending, 0);
    }),
    { numRuns: 30 },
  );
});

Deno.test("whoever is asked who somebody is may end the subscription, or everything", async () => {
  const network = new FakeNetwork();
  const process = network.process({
    user(subscriber, topic) {
      if (topic === "leaves") process.leave(subscriber as FakeUser, topic);
      if (topic === "ends") process.presences.close();
      return { id: "ann" };
    },
  });
  process.join("ann", "leaves");
  assertEquals(await process.read("leaves"), "");
  process.join("ann", "ends");
  await network.pass(1_000);
  assertEquals([process.take(), network.take("changes"), network.clock.pending], [[], [], 0]);
});

Deno.test("whoever comes and goes as often as it likes costs the others little, and hides nobody", async () => {
  const { network, a, b } = three();
  a.join("healthy");
  b.join("bob");
  await network.pass(2_000);
  network.take();
  b.take();
  const left = a.join("flaps");
  for (let i = 0; i < 10_000; i++) {
    a.leave(left);
    a.presences.joined(left, "room");
  }
  for (let i = 0; i < 5_000; i++) a.leave(a.join("flaps", `made up ${i}`), `made up ${i}`);
  assert(a.subscribed.size <= 1_002, `${a.subscribed.size}`);
  await network.pass(500);
  // Nobody was ever there for longer than a moment.
  assertEquals(network.take("changes").map(({ channel }) => channel), ["\u0001room"]);
  assertEquals([b.take(), await b.read()], [["+flaps"], "bob,flaps,healthy"]);
  a.leave(left);
  await network.pass(15_000);
  assertEquals([a.subscribed.size, b.take(), await b.read()], [2, ["-flaps"], "bob,healthy"]);
});

Deno.test("one that is alone keeps nothing running, which would keep a Durable Object awake", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const presences = new Presences({
    options: checkPresence({ user: ({ id }) => ({ id }) }),
    port: undefined,
    clock,
    tell: ({ joined, left }) =>
      told.push(...joined.map(({ id }) => `+${id}`), ...left.map(({ id }) => `-${id}`)),
    report: () => {},
  });
  const ann = { id: "ann", send: () => true } as unknown as Subscriber;
  presences.joined(ann, "room");
  clock.pass(1_000);
  await nextTurn();
  assertEquals([told, clock.pending], [["+ann"], 0]);
  assertEquals((await presences.read("room")).users.map(({ id }) => id), ["ann"]);
  presences.left(ann, "room");
  clock.pass(1_000);
  await nextTurn();
  assertEquals([told, clock.pending], [["+ann", "-ann"], 1]);
  clock.pass(20_000);
  assertEquals([[...presences.topics()], clock.pending], [[], 0]);
});
