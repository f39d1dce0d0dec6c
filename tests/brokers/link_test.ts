import { assertEquals } from "@std/assert";
import { decode, encode } from "../../src/brokers/envelope.ts";
import { Link } from "../../src/brokers/link.ts";
import { Wishes } from "../../src/brokers/wishes.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { bytesOf, FakeEngine } from "../support/fake_engine.ts";
import { nextTurn } from "../support/memory.ts";

const ID = "00000000000000aa";

/** A link over an engine that does as it is told; what the owner is told. */
function linking() {
  const engine = new FakeEngine();
  const clock = new FakeClock();
  const wanted = new Set(["room"]);
  const told: string[] = [];
  const wishes = new Wishes(engine, clock, (channel) => wanted.has(channel));
  const link = new Link(engine, ID, wishes, {
    wanted: () => wanted,
    connected: () => told.push("connected"),
    cut(cause) {
      told.push(`cut: ${cause}`);
      wishes.cut();
    },
    lost: () => told.push("lost"),
    up: () => told.push("all told"),
    state: (state, cause) =>
      told.push(cause instanceof Error ? `${state}: ${cause.message}` : state),
    complain: (error) => told.push(`complaint: ${(error as Error).message}`),
  });
  engine.start({
    connected() {},
    disconnected() {},
    message: (_, bytes) => void link.came(decode(bytes, ID)!),
    error() {},
  });
  /** Half a period of the canary. */
  const look = async (times = 1) => {
    for (let i = 0; i < times; i++) {
      link.look();
      await nextTurn();
    }
  };
  return { engine, link, told, look, wanted, clock, take: () => told.splice(0) };
}

Deno.test("it is up when all is subscribed and a canary is back, and not before", async () => {
  const { link, engine, take, look } = linking();
  assertEquals([link.state, link.connected], ["down", false]);
  engine.deaf = true;
  link.connect();
  await nextTurn();
  assertEquals([link.state, link.connected, take()], ["down", true, ["connected"]]);
  assertEquals([...engine.subscribed], [link.channel, "room"]);
  engine.deaf = false;
  await look();
  assertEquals([link.state, take()], ["up", ["up", "all told"]]);
  link.disconnect(new Error("pulled"));
  assertEquals([link.state, link.connected, take()], ["down", false, [
    "cut: Error: pulled",
    "down: pulled",
  ]]);
});

Deno.test("what does not come back is suspect, and the client is told to connect anew", async () => {
  const { link, engine, take, look } = linking();
  link.connect();
  await nextTurn();
  take();
  engine.deaf = true;
  await look(4);
  assertEquals([link.state, engine.reconnects], ["suspect", 1]);
  assertEquals(take(), ["lost", "suspect: Messages to redis are taken, but do not come back"]);
  engine.deaf = false;
  await look(2);
  assertEquals(take(), ["up", "all told"]);
});

Deno.test("a topic that is refused is told of, and one without an answer is tried again", async () => {
  const { link, engine, take, look, wanted, clock } = linking();
  wanted.add("secret");
  engine.refused.add("secret");
  link.connect();
  await nextTurn();
  assertEquals(take(), ["connected", "complaint: no permission for secret", "up", "all told"]);
  engine.silent = true;
  link.doubt();
  await look();
  clock.pass(5_000);
  await nextTurn();
  assertEquals(take(), ["suspect: redis has not answered a subscription for 5 s"]);
  engine.silent = false;
  await look();
  assertEquals(link.state, "up");
  // Nothing of what was doubted is left.
  const sent = engine.sent.length;
  await look();
  assertEquals(engine.sent.length - sent <= 1, true);
});

Deno.test("an old attempt says nothing any more, nor does one after the end", async () => {
  const { link, engine, take } = linking();
  link.connect();
  link.disconnect("cut");
  link.connect();
  await nextTurn();
  assertEquals(take(), ["connected", "cut: cut", "connected", "up", "all told"]);
  engine.deaf = true;
  link.disconnect("cut");
  link.connect();
  await nextTurn();
  take();
  link.close();
  engine.deaf = false;
  link.disconnect("late");
  link.end();
  await nextTurn();
  assertEquals([take(), link.state], [["cut: late"], "down"]);
});

Deno.test("canaries of others are none of ours", async () => {
  const { link } = linking();
  const envelope = { kind: "canary", publisher: ID, restarted: false, origin: "" } as const;
  const foreign = decode(bytesOf(encode({ ...envelope, sequence: 1, data: "theirs" })), ID)!;
  link.connect();
  await nextTurn();
  assertEquals(link.came(foreign), false);
  assertEquals(link.came({ ...foreign, kind: "beacon" }), false);
});

Deno.test("a client that never gets connected is told to try anew every fifteen seconds", async () => {
  const { look, engine } = linking();
  await look(5);
  assertEquals(engine.reconnects, 0);
  await look(7);
  assertEquals(engine.reconnects, 2);
});

Deno.test("nothing is begun while the engine takes note of what is wanted", async () => {
  const { link, engine, look, take } = linking();
  engine.silent = true;
  link.connect();
  await look(3);
  assertEquals([engine.sent.length, take(), link.state], [0, ["connected"], "down"]);
});

Deno.test("an end or a cut in the very moment of coming up is an end or a cut", async () => {
  const closed = linking();
  closed.link.connect();
  closed.link.close();
  await nextTurn();
  assertEquals([closed.take(), closed.engine.sent], [["connected"], []]);
  const { link, engine, take } = linking();
  engine.deaf = true;
  link.connect();
  await nextTurn();
  link.came(decode(bytesOf(engine.sent[0]!.packet), ID)!);
  link.disconnect("cut");
  await nextTurn();
  assertEquals([take(), link.state], [["connected", "cut: cut"], "down"]);
});

Deno.test("a client that says twice that it is connected comes up once", async () => {
  const { link, take } = linking();
  link.connect();
  link.connect();
  await nextTurn();
  assertEquals(take(), ["connected", "connected", "up", "all told"]);
});
