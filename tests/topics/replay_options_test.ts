import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { brokerOver } from "../../src/brokers/broker.ts";
import type { HistoryLimits } from "../../src/brokers/history.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { MemoryReplayBroker } from "../../src/brokers/memory_replay.ts";
import { REPLAY_NAMES, type ReplayOptions, replayPorts } from "../../src/topics/replay_options.ts";
import { FakeClock } from "../support/fake_clock.ts";

const clock = new FakeClock();
const portsFor = (options: object) =>
  replayPorts({ mode: "replay", ...options } as ReplayOptions, clock);

/** The limits that a broker is asked for. */
function limitsOf(options: object): HistoryLimits | undefined {
  let asked: HistoryLimits | undefined;
  const port = new MemoryReplayBroker({ count: 1, bytes: 1, age: 1 }, clock);
  const beside = new MemoryBroker();
  const broker = brokerOver("redis", {
    maxPayload: Infinity,
    live: () => beside,
    replay(limits) {
      asked = limits;
      return port;
    },
  });
  const ports = portsFor({ broker, ...options });
  assertStrictEquals(ports.port, port);
  assertStrictEquals(ports.live(), beside);
  return asked;
}

Deno.test("without a broker there is one process, whose history has the bounds asked for", async () => {
  const { port, live } = portsFor({ history: { count: 2 } });
  assert(port instanceof MemoryReplayBroker);
  assert(live() instanceof MemoryBroker);
  for (const text of ["1", "2", "3"]) await port.publish("room", text, "");
  const page = await port.read("room", "", 10);
  assertEquals(page.messages.map(({ data }) => data), ["2", "3"]);
  await port.close();
});

Deno.test("a broker is asked for a history, its age in milliseconds; each bound has a default", () => {
  const defaults = { count: 1_000, bytes: 64 * 1024 * 1024, age: 300_000 };
  assertEquals(limitsOf({}), defaults);
  assertEquals(limitsOf({ history: { count: 1 } }), { ...defaults, count: 1 });
  assertEquals(limitsOf({ history: { bytes: 1 } }), { ...defaults, bytes: 1 });
  assertEquals(limitsOf({ history: { age: 0.1 } }), { ...defaults, age: 100 });
  assertEquals(limitsOf({ history: { age: 1, count: undefined } }), { ...defaults, age: 1_000 });
});

Deno.test("what makes no sense is refused, by its name", () => {
  assertEquals(REPLAY_NAMES, ["history", "frame"]);
  const cases: readonly (readonly [options: object, expected: string])[] = [
    [{ frame: "text" }, "expected a function"],
    [{ history: { counts: 1 } }, "expected count (did you mean that?)"],
    [{ history: { count: 0 } }, "history.count: expected a whole number from 1, got 0"],
    [{ history: { count: 1.5 } }, "history.count: expected a whole number from 1, got 1.5"],
    [{ history: { count: Infinity } }, "history.count: expected a whole number from 1"],
    [{ history: { bytes: 0 } }, "history.bytes"],
    [{ history: { bytes: "1" } }, "history.bytes"],
    [{ history: { age: 0.09 } }, "history.age"],
    [{ history: { age: NaN } }, "history.age"],
    [{ broker: {} }, "expected what redis() or nats() returned"],
  ];
  for (const [options, expected] of cases) assertThrows(() => portsFor(options), Error, expected);
});
