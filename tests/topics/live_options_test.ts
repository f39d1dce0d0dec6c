import { assert, assertStrictEquals, assertThrows } from "@std/assert";
import { brokerOver } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { livePort } from "../../src/topics/live_options.ts";

Deno.test("without a broker there is one process", () => {
  assert(livePort({}) instanceof MemoryBroker);
});

Deno.test("the broker that is named carries messages, without a history", () => {
  const port = new MemoryBroker();
  const ports = { maxPayload: Infinity, live: () => port, replay: () => port as never };
  const broker = brokerOver("redis", ports);
  assertStrictEquals(livePort({ broker }), port);
  // What else may be said there is told by the test of all modes.
  assertThrows(() => livePort({ broker: null as never }), TypeError, "got null");
});
