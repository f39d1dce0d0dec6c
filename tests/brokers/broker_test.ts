import { assertEquals } from "@std/assert";
import { type Broker, brokerOver, takePort } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";

Deno.test("users see what a broker is, and one owner gets its port, once", () => {
  const port = new MemoryBroker();
  const broker = brokerOver("redis", port);
  assertEquals([broker.engine, broker.maxPayload], ["redis", Infinity]);
  assertEquals(takePort({ ...broker } as Broker), undefined);
  assertEquals([takePort(broker), takePort(broker)], [port, undefined]);
});
