import { assert, assertEquals } from "@std/assert";
import { MemoryReplayBroker } from "../../src/brokers/memory_replay.ts";
import type { Recorded, Relayed } from "../../src/brokers/port.ts";
import { FakeClock } from "../support/fake_clock.ts";

function broker({ count = 1_000, age = 60_000 } = {}) {
  const clock = new FakeClock();
  const delivered: [string, Relayed | Recorded][] = [];
  const broker = new MemoryReplayBroker({ count, bytes: 1e6, age }, clock);
  return { broker, clock, delivered };
}

Deno.test("what is published is kept, then delivered, with the same position", async () => {
  const { broker: b, delivered } = broker();
  const start = b.position("room");
  const seen: unknown[] = [];
  b.start({
    deliver(topic, message) {
      delivered.push([topic, message]);
      // Whoever is told may read it at once.
      seen.push(b.read(topic, start, 10).messages.at(-1));
    },
    state() {},
    gap() {},
    error() {},
  });
  const first = await b.publish("room", "1", "");
  const second = await b.publish("room", "2", "someone");
  const [one, two] = delivered.map(([, message]) => message as Recorded);
  assertEquals(delivered.map(([topic]) => topic), ["room", "room"]);
  assertEquals([one!.data, one!.origin, two!.data, two!.origin], ["1", "", "2", "someone"]);
  assertEquals([first.relayed, second.relayed], [true, true]);
  assertEquals([first.position, second.position], [one!.position, two!.position]);
  assertEquals(seen, [one, two]);
  assertEquals(b.position("room"), second.position!);
  assertEquals(b.read("room", first.position!, 10).messages, [two!]);
});

Deno.test("before it has begun nobody is told, and the message is kept all the same", async () => {
  const { broker: b } = broker();
  assertEquals((await b.publish("room", "early", "")).relayed, true);
  assertEquals(b.read("room", "", 10).messages.map(({ data }) => data), ["early"]);
});

Deno.test("its bounds are those of the history", async () => {
  const { broker: b, clock } = broker({ count: 2, age: 1_000 });
  for (const text of ["1", "2", "3"]) await b.publish("room", text, "");
  assertEquals(b.read("room", "", 10).messages.map(({ data }) => data), ["2", "3"]);
  clock.pass(1_000);
  assertEquals(b.read("room", "", 10).messages, []);
});

Deno.test("nothing is left of it when it is closed, no timer either", async () => {
  const { broker: b, clock } = broker();
  await b.publish("room", "x", "");
  assert(clock.pending > 0);
  await b.close();
  assertEquals([clock.pending, b.read("room", "", 10).messages.length], [0, 0]);
});
