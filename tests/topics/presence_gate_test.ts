import { assertEquals, assertRejects, assertThrows } from "@std/assert";
// It is there at once, when it is loaded.
import "../../src/topics/presences.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import type { BrokerPort, BrokerSink } from "../../src/brokers/port.ts";
import { PresenceGate, readPresence } from "../../src/topics/presence_gate.ts";
import { checkPresence } from "../../src/topics/presence_options.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { nextTurn } from "../support/memory.ts";
import { FakeUser } from "../support/presence_network.ts";

/** A gate over a port, and what it tells. */
function gating(port: BrokerPort = new MemoryBroker()) {
  const clock = new FakeClock();
  const told: unknown[] = [];
  const gate = new PresenceGate(port, {
    options: checkPresence({ user: (subscriber) => ({ id: (subscriber as FakeUser).user }) }),
    clock,
    tell: (change) => told.push(change),
    report: (error) => told.push((error as Error).message),
  });
  return { gate, clock, told };
}

/** Who is there, as soon as that is told. */
async function read({ gate, clock }: ReturnType<typeof gating>) {
  const reading = gate.read("room");
  await nextTurn();
  clock.pass(250);
  return ids(await reading);
}

const ids = ({ users }: { readonly users: readonly { readonly id: string }[] }) =>
  users.map(({ id }) => id).sort().join();

Deno.test("what happens before presence is there is kept, in order", async () => {
  const stage = gating();
  const { gate } = stage;
  const [ann, bob] = [new FakeUser("ann"), new FakeUser("bob")];
  gate.joined(ann, "room");
  gate.joined(bob, "room");
  gate.left(ann, "room");
  assertEquals(await read(stage), "bob");
  gate.joined(ann, "room");
  gate.left(bob, "room");
  assertEquals(await read(stage), "ann");
  gate.close();
});

Deno.test("one that is closed before it is there, or afterwards, has nobody", async () => {
  for (const isThere of [false, true]) {
    const { gate, clock } = gating();
    gate.joined(new FakeUser("ann"), "room");
    if (isThere) await nextTurn();
    gate.close();
    assertEquals(await gate.read("room"), { users: [], complete: false, reason: "engine" });
    assertEquals(clock.pending, 0);
  }
});

Deno.test("presence hears its own, and the others hear the rest", async () => {
  const published: string[] = [];
  const port: BrokerPort = {
    maxPayload: 1_000,
    state: "up",
    linger: 0,
    start() {},
    subscribe: () => undefined,
    unsubscribe() {},
    publish: (channel, data) => {
      published.push(`${channel} ${data}`.split("\t")[1]!);
      return Promise.resolve({ relayed: true });
    },
    close: () => Promise.resolve(),
  };
  const { gate, clock, told } = gating(port);
  const heard: unknown[] = [];
  const sink: BrokerSink = {
    deliver: (topic) => heard.push(topic),
    gap: ({ topic }) => heard.push(topic),
    state: (state, cause) => heard.push([state, cause]),
    error: (error) => heard.push(error),
  };
  const both = gate.around(sink);
  // It is not there yet, and has subscribed to nothing.
  both.deliver("\u0001room", { data: "x", origin: "" });
  both.gap({ topic: "\u0001room", cause: "sequence" });
  both.state("up");
  assertEquals(heard, [["up", undefined]]);
  gate.joined(new FakeUser("ann"), "room");
  await nextTurn();
  both.deliver("room", { data: "x", origin: "" });
  both.deliver("\u0001room", { data: "x", origin: "" });
  both.gap({ topic: "room", cause: "sequence" });
  both.error("fault");
  assertEquals([heard.slice(1), told.length], [["room", "room", "fault"], 1]);
  clock.pass(1_000);
  assertEquals(published, ["changes", "ask"]);
  both.gap({ topic: "\u0001room", cause: "sequence" });
  clock.pass(1_000);
  both.state("up", "why");
  clock.pass(1_000);
  assertEquals(published, ["changes", "ask", "ask", "beat", "ask"]);
  assertEquals(heard.at(-1), ["up", "why"]);
  gate.close();
});

Deno.test("who has not switched it on, and who names no topic, is told so at once", async () => {
  const { gate } = gating();
  const cases: [PresenceGate | undefined, unknown, string][] = [
    [undefined, "room", "expected option presence of createTopics, got none"],
    [gate, "a*", 'Cannot read who is present: expected the name of a topic, got "a*"'],
    [gate, undefined, "expected the name of a topic, got undefined"],
  ];
  for (const [given, topic, message] of cases) {
    assertThrows(() => readPresence(given, topic as string), TypeError, message);
  }
  assertEquals(ids(await readPresence(gate, "room")), "");
  gate.close();
});

Deno.test("one that cannot be loaded is told of, and keeps nothing", async () => {
  const told: unknown[] = [];
  const init = { clock: new FakeClock(), tell() {}, report: (error: unknown) => told.push(error) };
  const gate = new PresenceGate(new MemoryBroker(), { ...init, options: undefined as never });
  gate.joined(new FakeUser("ann"), "room");
  await assertRejects(() => gate.read("room"), TypeError);
  gate.joined(new FakeUser("bob"), "room");
  gate.left(new FakeUser("bob"), "room");
  gate.close();
  assertEquals(told.length, 1);
});
