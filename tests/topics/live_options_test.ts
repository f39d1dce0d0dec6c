import { assert, assertEquals, assertThrows } from "@std/assert";
import { brokerOver } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { livePort } from "../../src/topics/live_options.ts";

Deno.test("without a broker there is one process", () => {
  assert(livePort({}) instanceof MemoryBroker);
});

Deno.test("a broker serves one owner; what is none is refused", () => {
  const port = new MemoryBroker();
  const broker = brokerOver("redis", port);
  assertEquals(livePort({ broker }), port);
  const cases: [unknown, string][] = [
    [broker, "of its own for each createTopics, got another one"],
    [{ engine: "redis", maxPayload: 1 }, "got another one"],
    ["redis", "got string"],
    [null, "got null"],
  ];
  for (const [broker, message] of cases) {
    assertThrows(() => livePort({ broker: broker as never }), TypeError, message);
  }
});
