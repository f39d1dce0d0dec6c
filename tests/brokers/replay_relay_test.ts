import { assert, assertEquals, assertRejects } from "@std/assert";
import { encode } from "../../src/brokers/envelope.ts";
import type { Page } from "../../src/brokers/port.ts";
import { ReplayRelay } from "../../src/brokers/replay_relay.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { bytesOf } from "../support/fake_engine.ts";
import { FakeHistories, FakeHistory } from "../support/fake_history.ts";
import { nextTurn } from "../support/memory.ts";

const OURS = "00000000000000aa";

/** A relay over an engine that does as it is told, and all that it says. */
async function relaying({ shared = new FakeHistories(), id = OURS, up = true } = {}) {
  const engine = new FakeHistory(shared);
  const clock = new FakeClock();
  const relay = new ReplayRelay(engine, clock, id);
  const told: unknown[] = [];
  relay.start({
    deliver: (_topic, { data }) => told.push(data),
    state: (state) => told.push(state),
    gap: ({ cause }) => told.push(`gap ${cause}`),
    error: (error) => told.push((error as Error).message),
  });
  const pass = async (ms: number) => {
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
  return { shared, engine, clock, relay, told, pass, take: () => told.splice(0) };
}

type Relaying = Awaited<ReturnType<typeof relaying>>;

/** Reads as those do who come back, until they are where the topic is. */
async function all({ relay }: Relaying, after: string): Promise<(string | undefined)[]> {
  const texts: string[] = [];
  for (;;) {
    const page = relay.read("room", after, 100);
    const { messages, lost, position }: Page = await page;
    if (lost) return [...texts, lost];
    texts.push(...messages.map(({ data }) => data as string));
    if (!(page instanceof Promise) && messages.length === 0) return texts;
    after = position;
  }
}

async function publish({ relay }: Relaying, ...texts: string[]): Promise<string[]> {
  const sent = await Promise.all(texts.map((text) => relay.publish("room", text, "")));
  return sent.map(({ relayed, position, error }) => {
    assert(relayed, error?.message);
    return position!;
  });
}

Deno.test("what is published comes back by the engine, to all who follow, with its position", async () => {
  const one = await relaying();
  const other = await relaying({ shared: one.shared, id: "00000000000000bb" });
  for (const { relay } of [one, other]) await relay.subscribe("room");
  assertEquals(one.relay.position("room"), "e.0.0");
  assertEquals(one.relay.position("never"), undefined);
  const positions = await publish(one, "1", "2");
  assertEquals([one.take(), other.take()], [["1", "2"], ["1", "2"]]);
  assertEquals(positions, ["e.1.c1", "e.2.c2"]);
  assertEquals(other.relay.position("room"), "e.2.c2");
  other.relay.unsubscribe("room");
  other.relay.unsubscribe("room");
  await publish(one, "3");
  assertEquals([one.take(), other.take()], [["3"], []]);
  assertEquals([one.relay.state, one.relay.maxPayload], ["up", 978]);
});

Deno.test("whoever comes back reads from its position on, and whatever else it says is another epoch", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  const [first, second] = await publish(r, "1", "2");
  assertEquals(await all(r, ""), ["1", "2"]);
  assertEquals([await all(r, first!), await all(r, second!)], [["2"], []]);
  for (const after of ["made up", "f.1.c1", "e.1.c2", "e.9.c9"]) {
    assertEquals(await all(r, after), ["epoch"], after);
  }
  assertEquals((r.relay.read("never", first!, 1) as Page).lost, "epoch");
  r.shared.trimmed = 2;
  assertEquals(await all(r, "e.0.0"), ["trimmed"]);
  // What came lately is read from here.
  const { reads } = r.engine;
  await publish(r, "3", "4");
  assertEquals([await all(r, second!), r.engine.reads], [["3", "4"], reads]);
});

Deno.test("where nothing was said yet, whoever comes is there at once, whatever is said elsewhere", async () => {
  const r = await relaying();
  r.shared.others = 10;
  await r.relay.subscribe("room");
  for (const after of ["", "e.2.-", "e.a.-", "e.z.-"]) {
    let pages = 0;
    for (let position = after;; pages++) {
      const page = r.relay.read("room", position, 100);
      const { messages, lost }: Page = await page;
      assertEquals([messages, lost], [[], undefined]);
      if (!(page instanceof Promise)) break;
      position = (await page).position;
      assert(pages < 3, after);
    }
  }
});

Deno.test("an entry that somebody else wrote is told once, and nobody gets stuck at it", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  const [first] = await publish(r, "1");
  await all(r, "e.0.0");
  for (let i = 0; i < 3; i++) r.engine.write("room", new Uint8Array([1, 2, 3]));
  const told = r.take();
  assertEquals([told.length, told[0]], [2, "1"]);
  assert(`${told[1]}`.startsWith("Cannot read a message: expected messages of this version"));
  assertEquals(await all(r, first!), []);
  await publish(r, "2");
  assertEquals([await all(r, first!), r.take()], [["2"], ["2"]]);
});

Deno.test("after a cut it reads what it has missed, once for all, and tells of nothing", async () => {
  const r = await relaying();
  const other = await relaying({ shared: r.shared, id: "00000000000000bb" });
  await r.relay.subscribe("room");
  await publish(r, "1");
  r.engine.listener.disconnected(new Error("cut"));
  r.engine.subscribed.clear();
  const { error } = await r.relay.publish("room", "x", "");
  assertEquals(error?.message, "Cannot publish over redis: expected a connection, got none");
  // Whoever subscribes now waits.
  const waiting = r.relay.subscribe("another");
  await publish(other, "2", "3");
  r.take();
  r.engine.listener.connected();
  await waiting;
  assertEquals(r.take(), ["up", "2", "3"]);
  assertEquals(r.engine.prepared, 2);
  // More than one piece of the history.
  r.engine.listener.disconnected(new Error("cut"));
  const many = Array.from({ length: 300 }, (_, i) => `m${i}`);
  for (let i = 0; i < 300; i += 100) await publish(other, ...many.slice(i, i + 100));
  r.engine.listener.connected();
  await nextTurn();
  assertEquals(r.take().slice(-300), many);
});

Deno.test("a client that says that it is cut off, and then nothing more, is asked again", async () => {
  const r = await relaying();
  r.engine.refusal = new Error("no connection");
  const waiting = r.relay.subscribe("room");
  await nextTurn();
  r.engine.refusal = undefined;
  await r.pass(2_500);
  await waiting;
  await publish(r, "1");
  assertEquals(r.take(), ["1"]);
});

Deno.test("a hole that the history does not know either is a gap after a moment", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  await publish(r, "1");
  const mark = { epoch: "e", offset: 9, check: "c9" };
  const recorded = { data: "9", origin: "", position: "e.9.c9" };
  r.engine.listener.recorded("topic:room", { mark, previous: 8, recorded });
  await r.pass(2_000);
  assertEquals(r.take(), ["1", "gap sequence", "9"]);
});

Deno.test("what is lost at the end of a topic is found within half a minute", async () => {
  const r = await relaying();
  const other = await relaying({ shared: r.shared, id: "00000000000000bb" });
  await r.relay.subscribe("room");
  r.engine.subscribed.delete("topic:room");
  await publish(other, "lost");
  r.engine.subscribed.add("topic:room");
  assertEquals(r.take(), []);
  await r.pass(25_000);
  assertEquals(r.take(), ["lost"]);
});

Deno.test("another history is told once, and a vanished one is prepared anew", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  await publish(r, "1");
  r.take();
  r.shared.epoch = "f";
  r.shared.topics.clear();
  r.engine.listener.vanished(new Error("gone"));
  assertEquals(r.relay.state, "suspect");
  await nextTurn();
  assertEquals([r.take(), r.engine.prepared], [["suspect", "up", "gap epoch"], 2]);
  await publish(r, "2");
  assertEquals(r.take(), ["2"]);
  // Numbers that go back say so, too.
  r.shared.topics.clear();
  await publish(r, "3");
  await nextTurn();
  assertEquals(r.engine.prepared, 3);
});

Deno.test("an engine that cannot be prepared is suspect, and tried again", async () => {
  const r = await relaying({ up: false });
  r.engine.unprepared = new Error("no permission for INFO");
  r.engine.listener.connected();
  await nextTurn();
  assertEquals([r.relay.state, r.take()], ["suspect", ["suspect"]]);
  r.engine.unprepared = undefined;
  await r.pass(5_000);
  assertEquals([r.relay.state, r.take()], ["up", ["up"]]);
});

Deno.test("a topic that is refused is refused to whoever wants it, and told", async () => {
  const r = await relaying();
  r.engine.refused.add("topic:secret");
  await assertRejects(() => r.relay.subscribe("secret"), Error, "no permission");
  r.engine.unreadable = new Error("no permission for keys");
  await assertRejects(() => r.relay.subscribe("room"), Error, "no permission for keys");
  assertEquals(r.take(), ["no permission for topic:secret", "no permission for keys"]);
  r.engine.unreadable = undefined;
  await r.relay.subscribe("room");
  r.engine.unreadable = new Error("no permission any more");
  await assertRejects(async () => await r.relay.read("room", "", 1), Error, "any more");
  assertEquals(r.take(), ["no permission any more"]);
  // Of those that are subscribed again after a cut, too.
  r.engine.unreadable = undefined;
  r.engine.refused.add("topic:room");
  r.engine.listener.disconnected();
  r.engine.listener.connected();
  await nextTurn();
  assertEquals(r.take(), ["down", "no permission for topic:room", "up"]);
});

Deno.test("whoever reads while the engine is cut off is told that, and one that only says nothing is asked again", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  await publish(r, "1");
  r.engine.silent = true;
  const read = r.relay.read("room", "", 1) as Promise<Page>;
  const cut = assertRejects(() => read, Error, "was cut");
  await nextTurn();
  r.engine.listener.disconnected();
  await cut;
  r.engine.silent = false;
  r.engine.listener.connected();
  await nextTurn();
  r.engine.silent = true;
  const again = r.relay.read("room", "", 1) as Promise<Page>;
  await nextTurn();
  r.clock.pass(5_000);
  r.engine.silent = false;
  await nextTurn();
  r.clock.pass(100);
  assertEquals((await again).messages.map(({ data }) => data), ["1"]);
});

Deno.test("bytes that are not ours, and a second process with our id, are told", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  const canary = (data: string) =>
    bytesOf(encode({
      kind: "canary",
      publisher: OURS,
      sequence: 1,
      restarted: false,
      origin: "",
      data,
    }));
  r.engine.listener.message("topic:room", new Uint8Array([1]));
  r.engine.listener.message("topic:never", new Uint8Array([1]));
  r.engine.listener.message(`canary:${OURS}`, new Uint8Array([1]));
  r.engine.listener.message(`canary:${OURS}`, canary("of another process"));
  r.engine.listener.error(new Error("the client says so"));
  const told = r.take().map((text) => `${text}`.slice(0, 40));
  assertEquals(told, [
    "Cannot read a message: expected messages",
    "Cannot tell processes apart: expected a ",
    "the client says so",
  ]);
});

Deno.test("closed topics are left, take nothing any more, and tell of nothing", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  const late = assertRejects(async () => await r.relay.read("room", "e.9.c9", 1), Error, "was cut");
  r.engine.silent = true;
  await nextTurn();
  r.engine.silent = false;
  await r.relay.close();
  await r.relay.close();
  assertEquals([...r.engine.subscribed], []);
  assertEquals([r.relay.state, (await r.relay.publish("room", "x", "")).relayed], ["down", false]);
  r.engine.listener.message("topic:room", new Uint8Array([1]));
  r.engine.listener.error(new Error("late"));
  await late;
  assertEquals([r.take(), r.clock.pending], [[], 0]);
});

Deno.test("an engine that says nothing keeps nobody who ends for more than two seconds", async () => {
  const r = await relaying();
  await r.relay.subscribe("room");
  r.engine.silent = true;
  const publishing = r.relay.publish("room", "x", "");
  const closing = r.relay.close();
  await nextTurn();
  r.clock.pass(2_000);
  await closing;
  assertEquals((await publishing).relayed, false);
});

Deno.test("no more than four megabytes are on their way", async () => {
  const r = await relaying();
  r.engine.silent = true;
  const long = "x".repeat(900);
  const sent = Array.from({ length: 5_000 }, () => r.relay.publish("room", long, ""));
  const { relayed, error } = await sent.at(-1)!;
  assertEquals(relayed, false);
  assert(error!.message.includes("expected an engine that keeps up, got 4 MiB under way"));
  r.clock.pass(5_000);
  assertEquals((await Promise.all(sent)).filter(({ relayed }) => relayed), []);
});

Deno.test("a topic that was followed elsewhere goes on where it was, or tells that it cannot", async () => {
  const s = await relaying();
  const [first] = await publish(s, "1", "2", "3");
  await s.relay.subscribe("room", first);
  assertEquals(s.take(), ["2", "3"]);
  s.relay.unsubscribe("room");
  s.shared.epoch = "another";
  s.shared.topics.clear();
  await publish(s, "4");
  await s.relay.subscribe("room", first);
  assertEquals(s.take(), ["gap epoch"]);
});

Deno.test("who reads a topic that is followed no longer does not try for ever", async () => {
  const s = await relaying();
  await publish(s, "1");
  await s.relay.subscribe("room");
  s.engine.unreadable = new Error("MOVED");
  const page = s.relay.read("room", "", 1) as Promise<Page>;
  const failed = assertRejects(() => page, Error, "was cut");
  await nextTurn();
  s.relay.unsubscribe("room");
  await s.pass(500);
  await failed;
});
