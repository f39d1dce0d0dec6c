import { assertEquals, assertThrows } from "@std/assert";
import { type Broker, brokerOver } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { checkTopicsOptions, portsOf } from "../../src/topics/options.ts";

Deno.test("what is not said has a default", () => {
  assertEquals(checkTopicsOptions({}).maxTopics, 128);
  assertEquals(checkTopicsOptions({ maxTopics: 1 }).maxTopics, 1);
});

Deno.test("options that are wrong, or that nobody reads, are refused", () => {
  const cases: [object, string][] = [
    [{ maxTopics: 0 }, "expected a whole number from 1, got 0"],
    [{ maxTopics: 1.5 }, "expected a whole number from 1, got 1.5"],
    [{ maxTopics: "5" }, "maxTopics"],
    [{ onGaps: () => {} }, "expected onGap (did you mean that?)"],
    [{ frame: () => "" }, "frame"],
    ...["authorize", "onGap", "gapMessage", "onState", "onError"].map((name) =>
      [{ [name]: true }, `${name}: expected a function, got boolean`] as [object, string]
    ),
  ];
  for (const [options, message] of cases) {
    assertThrows(() => checkTopicsOptions(options), Error, message);
  }
  checkTopicsOptions({ frame: () => "" } as object, ["frame"]);
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
