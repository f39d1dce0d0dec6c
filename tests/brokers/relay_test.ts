import { assert, assertEquals } from "@std/assert";
import { encode, type Envelope } from "../../src/brokers/envelope.ts";
import { Relay } from "../../src/brokers/relay.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { bytesOf, FakeEngine } from "../support/fake_engine.ts";
import { nextTurn } from "../support/memory.ts";

const OURS = "00000000000000aa";
const THEIRS = "00000000000000bb";

/** A relay over an engine that does as it is told, and all that it says. */
async function relaying({ id = OURS, hub = new Set<FakeEngine>(), up = true } = {}) {
  const engine = new FakeEngine(hub);
  const clock = new FakeClock();
  const relay = new Relay(engine, clock, id);
  const told: unknown[] = [];
  relay.start({
    deliver: (topic, { data }) => told.push([topic, data]),
    state: (state, cause) => told.push(cause ? [state, (cause as Error).message] : [state]),
    gap: (gap) => told.push(gap),
    error: (error) => told.push((error as Error).message),
  });
  const pass = async (ms: number) => {
    // In small steps, so that what follows from one event is there before the next.
    for (let left = ms; left > 0; left -= 250) {
      clock.pass(Math.min(250, left));
      await nextTurn();
    }
  };
  if (up) {
    engine.listener.connected();
    await nextTurn();
    told.length = 0;
  }
  return { engine, clock, relay, told, pass, take: () => told.splice(0) };
}

/** A message of another process. */
function theirs(sequence: number, more: Partial<Envelope> = {}): Uint8Array<ArrayBuffer> {
  const envelope = { kind: "message", publisher: THEIRS, restarted: false, origin: "", data: "x" };
  return bytesOf(encode({ ...envelope, sequence, ...more } as Envelope));
}

Deno.test("it is up only after a message was seen to come back", async () => {
  const { engine, relay, take, pass } = await relaying({ up: false });
  engine.deaf = true;
  engine.listener.connected();
  await nextTurn();
  assertEquals([relay.state, take()], ["down", []]);
  engine.deaf = false;
  await pass(5_000);
  assertEquals([relay.state, take()], ["up", [["up"]]]);
});

Deno.test("a client that hears nothing any more is found within two periods of the canary", async () => {
  const { engine, relay, take, pass } = await relaying();
  relay.subscribe("room");
  await nextTurn();
  await pass(20_000);
  assertEquals([relay.state, take(), engine.reconnects], ["up", [], 0]);
  engine.deaf = true;
  await pass(10_000);
  assertEquals([relay.state, engine.reconnects], ["suspect", 1]);
  assertEquals(take(), [["suspect", "Messages to redis are taken, but do not come back"]]);
  await pass(60_000);
  assertEquals(take(), []);
  engine.deaf = false;
  await pass(5_000);
  assertEquals(take(), [["up"], { topic: "room", cause: "engine-reconnect" }]);
});

Deno.test("a client that does not get connected is told to try anew, now and then", async () => {
  const { engine, pass, take } = await relaying({ up: false });
  await pass(14_000);
  assertEquals(engine.reconnects, 0);
  await pass(1_000);
  assertEquals(engine.reconnects, 1);
  await pass(15_000);
  assertEquals([engine.reconnects, take()], [2, []]);
  engine.listener.connected();
  await pass(20_000);
  engine.listener.disconnected();
  await pass(14_000);
  assertEquals(engine.reconnects, 2);
});

Deno.test("whatever was missed is told before what comes next, what comes twice comes once", async () => {
  const { engine, relay, take } = await relaying();
  relay.subscribe("room");
  await nextTurn();
  const come = (bytes: Uint8Array) => engine.listener.message("topic:room", bytes);
  for (const sequence of [7, 8, 8, 7, 11, 12]) come(theirs(sequence, { data: `${sequence}` }));
  assertEquals(take(), [
    ["room", "7"],
    ["room", "8"],
    { topic: "room", cause: "sequence", missed: 2 },
    ["room", "11"],
    ["room", "12"],
  ]);
  // The last ones are missing: the beacon tells.
  come(theirs(12, { kind: "beacon" }));
  come(theirs(15, { kind: "beacon" }));
  come(theirs(16));
  assertEquals(take(), [{ topic: "room", cause: "sequence", missed: 3 }, ["room", "x"]]);
  // A process that had forgotten the topic goes on at a higher number.
  come(theirs(1_000, { restarted: true }));
  assertEquals(take(), [["room", "x"]]);
});

Deno.test("a cut is one gap for each topic, told before the next message", async () => {
  const { engine, relay, take, pass } = await relaying();
  for (const topic of ["busy", "quiet"]) relay.subscribe(topic);
  await nextTurn();
  engine.listener.message("topic:busy", theirs(1));
  engine.listener.disconnected(new Error("cut"));
  await pass(1_000);
  relay.subscribe("late");
  engine.listener.connected();
  engine.listener.message("topic:busy", theirs(5));
  await nextTurn();
  const gap = (topic: string) => ({ topic, cause: "engine-reconnect" });
  assertEquals(take(), [
    ["busy", "x"],
    ["down", "cut"],
    gap("busy"),
    ["busy", "x"],
    ["up"],
    gap("quiet"),
    gap("late"),
  ]);
  // Who was cut off for longer says so.
  engine.listener.message("topic:busy", theirs(9, { kind: "beacon" }));
  assertEquals(take(), [{ topic: "busy", cause: "sequence", missed: 4 }]);
  assert(engine.subscribed.has("topic:late"));
  // What was told as a whole is not told again in part.
  engine.listener.disconnected(new Error("cut"));
  engine.listener.connected();
  await nextTurn();
  take();
  engine.listener.message("topic:busy", theirs(20));
  engine.listener.message("topic:busy", theirs(22));
  assertEquals(take(), [
    ["busy", "x"],
    { topic: "busy", cause: "sequence", missed: 1 },
    ["busy", "x"],
  ]);
});

Deno.test("what was published while it was cut off is told to others, first of all", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub, id: THEIRS })];
  b.relay.subscribe("room");
  await nextTurn();
  await a.relay.publish("room", "1", "");
  a.engine.listener.disconnected(new Error("cut"));
  const { relayed, error } = await a.relay.publish("room", "2", "");
  assertEquals([relayed, error?.message], [
    false,
    "Cannot publish over redis: expected a connection, got none",
  ]);
  a.engine.listener.connected();
  await a.relay.publish("room", "3", "");
  await nextTurn();
  assertEquals(b.take(), [
    ["room", "1"],
    { topic: "room", cause: "sequence", missed: 1 },
    ["room", "3"],
  ]);
});

Deno.test("the very first message of a process is told of, too, if it does not get out", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub, id: THEIRS })];
  b.relay.subscribe("room");
  await nextTurn();
  a.engine.listener.disconnected(new Error("cut"));
  for (let i = 0; i < 3; i++) await a.relay.publish("room", "lost", "");
  a.engine.listener.connected();
  await nextTurn();
  assertEquals(b.take(), [{ topic: "room", cause: "sequence", missed: 3 }]);
});

Deno.test("after a burst there is one beacon for each topic within a second", async () => {
  const { engine, relay, pass } = await relaying();
  for (let i = 0; i < 100; i++) await relay.publish(i % 2 ? "a" : "b", "x", "");
  engine.sent.length = 0;
  await pass(1_000);
  const beacons = engine.sent.filter(({ channel }) => channel.startsWith("topic:"));
  assertEquals(beacons.map(({ channel }) => channel), ["topic:b", "topic:a"]);
  await pass(10_000);
  assertEquals(engine.sent.filter(({ channel }) => channel.startsWith("topic:")).length, 2);
});

Deno.test("a loss that a beacon could not tell is told by the next one", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub, id: THEIRS })];
  await b.relay.subscribe("room");
  await a.relay.publish("room", "1", "");
  await a.pass(2_000);
  b.take();
  const { engine } = a;
  const publish = engine.publish.bind(engine);
  const refuses = () => Promise.reject(new Error("cut"));
  engine.publish = (channel, packet) =>
    channel === "topic:room" ? refuses() : publish(channel, packet);
  await a.relay.publish("room", "lost", "");
  // The beacon meets the same.
  await a.pass(1_000);
  engine.publish = publish;
  await a.relay.publish("room", "3", "");
  await nextTurn();
  assertEquals(b.take(), [{ topic: "room", cause: "sequence", missed: 1 }, ["room", "3"]]);
});

Deno.test("a loss whose beacon went into the void is told when the engine is back", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub, id: THEIRS })];
  await b.relay.subscribe("room");
  // Nothing is answered for, not even by a no. Others know nothing of the first process yet.
  a.engine.silent = true;
  const lost = a.relay.publish("room", "lost", "");
  await a.pass(7_000);
  assertEquals((await lost).relayed, false);
  const beacons = a.engine.sent.filter(({ channel }) => channel === "topic:room").length - 1;
  assertEquals(beacons, 2);
  a.engine.listener.disconnected(new Error("cut"));
  a.engine.silent = false;
  a.engine.listener.connected();
  await a.relay.publish("room", "next", "");
  await nextTurn();
  assertEquals(b.take(), [{ topic: "room", cause: "sequence", missed: 1 }, ["room", "next"]]);
});

Deno.test("every publish settles, whether the engine answers or not", async () => {
  const { engine, relay, pass } = await relaying();
  engine.silent = true;
  const late = relay.publish("room", "x", "");
  await pass(5_000);
  const { relayed, error } = await late;
  assertEquals([relayed, error?.message], [
    false,
    "Cannot publish: expected an answer from redis within 5 s, got none",
  ]);
  const cut = relay.publish("room", "x", "");
  engine.listener.disconnected(new Error("cut"));
  assertEquals((await cut).error?.cause, new Error("cut"));
});

Deno.test("at most 4 MiB are under way, and room comes back", async () => {
  const { engine, relay } = await relaying();
  engine.silent = true;
  const megabyte = new ArrayBuffer(1024 * 1024);
  const sent = Array.from({ length: 4 }, () => relay.publish("room", megabyte, ""));
  const { relayed, error } = await relay.publish("room", "x", "");
  assertEquals([relayed, error?.message], [
    false,
    "Cannot publish over redis: expected an engine that keeps up, got 4 MiB under way",
  ]);
  engine.listener.disconnected(new Error("cut"));
  await Promise.all(sent);
  engine.silent = false;
  engine.listener.connected();
  assertEquals((await relay.publish("room", "x", "")).relayed, true);
});

Deno.test("an engine that refuses a topic, or does not answer, is no subscription", async () => {
  const { engine, relay, pass } = await relaying();
  engine.refusal = new Error("NOPERM");
  const refused = await Promise.resolve(relay.subscribe("room")).catch((error) => error.message);
  assertEquals(refused, "NOPERM");
  engine.refusal = undefined;
  engine.silent = true;
  const late = Promise.resolve(relay.subscribe("room")).catch((error) => error.message);
  await nextTurn();
  await pass(5_000);
  assertEquals(await late, "redis has not answered a subscription for 5 s");
});

Deno.test("a topic that the engine refuses keeps no process off it", async () => {
  const { engine, relay, take } = await relaying({ up: false });
  engine.refused.add("topic:secret");
  // Nobody can know yet.
  for (const topic of ["a", "secret", "b"]) assertEquals(relay.subscribe(topic), undefined);
  engine.listener.connected();
  await nextTurn();
  assertEquals([relay.state, engine.subscribed.has("topic:b")], ["up", true]);
  assertEquals(take().slice(0, 2), ["no permission for topic:secret", ["up"]]);
  // What others ask for in the same turn is theirs.
  const asked = ["c", "secret", "d"].map((topic) => Promise.resolve(relay.subscribe(topic)));
  const outcomes = await Promise.allSettled(asked);
  assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("a topic that was not answered in time harms nobody who asks for it again", async () => {
  const { engine, relay, take, pass } = await relaying();
  engine.silent = true;
  const late = Promise.resolve(relay.subscribe("room")).catch((error) => error.message);
  await nextTurn();
  await pass(4_000);
  relay.unsubscribe("room");
  const again = relay.subscribe("room");
  await pass(500);
  engine.silent = false;
  await pass(500);
  assertEquals(await late, "redis has not answered a subscription for 5 s");
  await again;
  take();
  engine.listener.message("topic:room", theirs(1));
  assertEquals([take(), engine.subscribed.has("topic:room")], [[["room", "x"]], true]);
});

Deno.test("a subscription that is answered too late is no subscription, at the engine either", async () => {
  const { engine, relay, pass } = await relaying();
  engine.silent = true;
  const late = Promise.resolve(relay.subscribe("room")).catch(() => "refused");
  await nextTurn();
  await pass(5_000);
  assertEquals(await late, "refused");
  engine.silent = false;
  engine.subscribed.add("topic:room");
  await pass(250);
  await pass(250);
  assert(!engine.subscribed.has("topic:room"));
});

Deno.test("a cut that is over at once refuses nobody who was subscribing", async () => {
  const { engine, relay, take } = await relaying();
  engine.silent = true;
  const known = relay.subscribe("room");
  await Promise.resolve();
  engine.listener.disconnected(new Error("cut"));
  engine.silent = false;
  engine.listener.connected();
  await known;
  await nextTurn();
  assertEquals(take(), [["down", "cut"], ["up"], { topic: "room", cause: "engine-reconnect" }]);
  assert(engine.subscribed.has("topic:room"));
});

Deno.test("a client without a connection refuses nobody, whatever it says and whenever", async () => {
  const { engine, relay, take, pass } = await relaying();
  engine.refusal = new Error("connection disconnected");
  const known = relay.subscribe("room");
  await known;
  engine.listener.disconnected(new Error("cut"));
  engine.refusal = undefined;
  engine.listener.connected();
  await nextTurn();
  assertEquals(take(), [["down", "cut"], ["up"], { topic: "room", cause: "engine-reconnect" }]);
  assert(engine.subscribed.has("topic:room"));
  // Should there never be word of a cut, it is asked for again all the same.
  engine.refusal = new Error("busy");
  await relay.subscribe("another");
  engine.refusal = undefined;
  await pass(2_500);
  assert(engine.subscribed.has("topic:another"));
  assertEquals(take(), [{ topic: "another", cause: "engine-reconnect" }]);
});

Deno.test("a topic that is left while the engine is away stays left when it is back", async () => {
  const { engine, relay } = await relaying();
  for (const topic of ["left", "kept"]) await relay.subscribe(topic);
  engine.listener.disconnected(new Error("cut"));
  relay.unsubscribe("left");
  // The client subscribes again to what it had.
  engine.listener.connected();
  await nextTurn();
  await nextTurn();
  assertEquals([...engine.subscribed].filter((channel) => channel.startsWith("topic")), [
    "topic:kept",
  ]);
});

Deno.test("what clients make the engine refuse is told once a minute", async () => {
  const { engine, relay, take } = await relaying();
  engine.refusal = new Error("NOPERM");
  for (let i = 0; i < 100; i++) {
    await Promise.resolve(relay.subscribe(`room ${i}`)).catch(() => {});
  }
  assertEquals(take(), ["NOPERM"]);
});

Deno.test("what a cut has taken is told once, not once more by the beacon after it", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub, id: THEIRS })];
  await b.relay.subscribe("room");
  await a.relay.publish("room", "1", "");
  await a.pass(2_000);
  b.engine.listener.disconnected(new Error("cut"));
  b.engine.deaf = true;
  for (let i = 0; i < 3; i++) await a.relay.publish("room", "lost", "");
  b.engine.deaf = false;
  b.engine.listener.connected();
  await nextTurn();
  await a.pass(2_000);
  assertEquals(b.take(), [
    ["room", "1"],
    ["down", "cut"],
    ["up"],
    { topic: "room", cause: "engine-reconnect" },
  ]);
});

Deno.test("a topic that comes back while it is being left is there", async () => {
  const { engine, relay } = await relaying();
  await relay.subscribe("room");
  relay.unsubscribe("room");
  // The command is out, and not answered.
  await Promise.resolve().then(() => {}).then(() => {});
  await relay.subscribe("room");
  await nextTurn();
  assert(engine.subscribed.has("topic:room"));
});

Deno.test("two processes with one id are told apart by their canaries, and by what they send", async () => {
  const hub = new Set<FakeEngine>();
  const [a, b] = [await relaying({ hub }), await relaying({ hub })];
  const twice = /expected a random id for each process, got 00000000000000aa twice/;
  assert(a.take().some((told) => twice.test(`${told}`)));
  await b.pass(10_000);
  assertEquals([a.relay.state, b.relay.state], ["up", "up"]);
  const c = await relaying();
  c.relay.subscribe("room");
  await c.relay.publish("room", "1", "");
  c.engine.listener.message("topic:room", theirs(5, { publisher: OURS }));
  assertEquals(c.take().filter((told) => twice.test(`${told}`)).length, 1);
});

Deno.test("foreign bytes are told once a minute, whoever sends them", async () => {
  const { engine, relay, take, pass } = await relaying();
  relay.subscribe("room");
  await nextTurn();
  const foreign = [new Uint8Array(0), new Uint8Array(100), theirs(1, { kind: "canary" })];
  for (let i = 0; i < 100; i++) {
    for (const bytes of foreign) engine.listener.message("topic:room", bytes);
  }
  assertEquals(take().length, 1);
  await pass(60_000);
  engine.listener.message("topic:room", new Uint8Array(5));
  assertEquals(take().length, 1);
});

Deno.test("closing sends what is due, leaves every channel, and leaves no timer", async () => {
  const { engine, relay, clock } = await relaying();
  relay.subscribe("room");
  await relay.publish("room", "x", "");
  engine.sent.length = 0;
  const closed = [relay.close(), relay.close()];
  // Nobody is told before it is so: whoever waits may close the engine's client next.
  await Promise.race(closed);
  assertEquals(engine.subscribed.size, 0);
  await Promise.all(closed);
  assertEquals([engine.sent.length, engine.subscribed.size, clock.pending], [1, 0, 0]);
  assertEquals((await relay.publish("room", "x", "")).relayed, false);
});

Deno.test("what the engine's client complains of is told, until the end", async () => {
  const { engine, relay, take } = await relaying();
  // A name of its own, and room for what is around a message.
  assertEquals(relay.maxPayload, engine.maxPayload - 36);
  engine.listener.error(new Error("WRONGPASS"));
  engine.listener.error(new Error("WRONGPASS"));
  relay.subscribe("room");
  const closed = relay.close();
  engine.listener.error(new Error("late"));
  engine.listener.message("topic:room", theirs(1));
  await closed;
  assertEquals(take(), ["WRONGPASS"]);
});

Deno.test("a topic that is refused before the engine is up is told of, and stays wanted", async () => {
  const { engine, relay, take } = await relaying({ up: false });
  engine.deaf = true;
  engine.listener.connected();
  await nextTurn();
  engine.refusal = new Error("NOPERM");
  assertEquals(relay.subscribe("room"), undefined);
  await nextTurn();
  assertEquals(take(), ["NOPERM"]);
  engine.refusal = new Error("connection disconnected");
  relay.subscribe("another");
  await nextTurn();
  assertEquals([take(), relay.state], [[], "down"]);
});

Deno.test("each process has an id of its own", () => {
  const ids = Array.from({ length: 10 }, () => {
    const engine = new FakeEngine();
    const clock = new FakeClock();
    const relay = new Relay(engine, clock);
    relay.start({ deliver() {}, state() {}, gap() {}, error() {} });
    engine.listener.connected();
    relay.publish("room", "x", "");
    return `${engine.sent[0]!.packet}`.slice(4, 20);
  });
  assertEquals(new Set(ids).size, 10);
  for (const id of ids) assert(/^[0-9a-f]{16}$/.test(id), id);
});

Deno.test("a topic that was somewhere else has a gap, before whatever comes first", async () => {
  const { engine, relay, take } = await relaying();
  const gap = { topic: "room", cause: "engine-reconnect" };
  await relay.subscribe("room", "");
  assertEquals(take(), [gap]);
  relay.unsubscribe("room");
  const known = relay.subscribe("room", "");
  engine.listener.message(engine.channel("topic", "room"), theirs(7));
  assertEquals(take(), [gap, ["room", "x"]]);
  await known;
  assertEquals(take(), []);
});

Deno.test("a topic that comes from elsewhere is tried again until the engine knows it", async () => {
  const { engine, relay, pass, take } = await relaying();
  engine.silent = true;
  const known = relay.subscribe("room", "");
  await nextTurn();
  await pass(5_000);
  // Its subscribers know of nothing: nobody is there to be refused.
  assertEquals(await known, undefined);
  engine.silent = false;
  take();
  for (let i = 0; i < 6; i++) await pass(2_500);
  assertEquals(engine.subscribed.has("topic:room"), true);
  const gaps = take().filter((one) => (one as { cause?: string }).cause === "engine-reconnect");
  assertEquals(gaps, [{ topic: "room", cause: "engine-reconnect" }]);
});
