import { assertEquals, assertThrows } from "@std/assert";
import { type Broker, brokerOver } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { checkTopicsOptions, portsOf } from "../../src/topics/options.ts";

Deno.test("what is not said has a default", () => {
  assertEquals(checkTopicsOptions({}).maxTopics, 128);
  assertEquals(checkTopicsOptions({ maxTopics: 1 }).maxTopics, 1);
});

Deno.test("options that are wrong, or that nobody reads, are refused", () => {
  const cases: (readonly [object, string])[] = [
    [{ maxTopics: 0 }, "expected a whole number from 1, got 0"],
    [{ maxTopics: 1.5 }, "expected a whole number from 1, got 1.5"],
    [{ maxTopics: "5" }, "maxTopics"],
    [{ onGaps: () => {} }, "expected onGap (did you mean that?)"],
    [{ frame: () => "" }, "frame"],
    [{ presence: true }, "use options of presence: expected an object, got boolean"],
    [{ presence: {} }, "presence.user: expected a function, got undefined"],
    ...["onPresence", "presenceMessage"].map((name) =>
      [{ [name]: () => "" }, `${name}: expected option presence beside it, got none`] as const
    ),
    ...[
      "authorize",
      "onGap",
      "gapMessage",
      "onState",
      "onPresence",
      "presenceMessage",
      "onError",
    ].map((name) => [{ [name]: true }, `${name}: expected a function, got boolean`] as const),
  ];
  for (const [options, message] of cases) {
    assertThrows(() => checkTopicsOptions(options), Error, message);
  }
  checkTopicsOptions({ frame: () => "" } as object, ["frame"]);
});

Deno.test("presence is there with its defaults, or not at all", () => {
  const onPresence = () => {};
  const { presence, ...rest } = checkTopicsOptions({
    presence: { user: () => undefined, ttl: 5 },
    onPresence,
    presenceMessage: undefined!,
  });
  assertEquals([presence?.ttl, presence?.maxUsers, rest.onPresence], [5_000, 1_000, onPresence]);
  assertEquals("presence" in checkTopicsOptions({ presence: undefined! }), false);
});

Deno.test("whoever is told of errors may fail, and then the console has it", () => {
  const shown: unknown[] = [];
  const fault = new Error("thrown in onError");
  const { onError } = checkTopicsOptions({
    onError() {
      throw fault;
    },
  });
  const { error } = console;
  console.error = (fault: unknown) => shown.push(fault);
  try {
    onError(new Error("whatever"));
    checkTopicsOptions({}).onError("by default");
  } finally {
    console.error = error;
  }
  assertEquals(shown, [fault, "by default"]);
});

Deno.test("a broker serves one owner; what is none is refused", () => {
  const port = new MemoryBroker();
  const ports = { maxPayload: 1, live: () => port, replay: () => port as never };
  const broker = brokerOver("redis", ports);
  assertEquals(portsOf(broker), ports);
  const cases: [unknown, string][] = [
    [broker, "of its own for each createTopics, got another one"],
    [{ engine: "redis", maxPayload: 1 }, "got another one"],
    ["redis", "got string"],
    [null, "got null"],
  ];
  for (const [broker, message] of cases) {
    assertThrows(() => portsOf(broker as Broker), TypeError, message);
  }
});
