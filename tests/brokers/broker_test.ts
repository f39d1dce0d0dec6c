import { assertEquals } from "@std/assert";
import { type Broker, brokerOver, takePorts } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";

Deno.test("users see what a broker is, and one owner gets its port, once", () => {
  const port = new MemoryBroker();
  const ports = { maxPayload: Infinity, live: () => port, replay: () => port as never };
  const broker = brokerOver("redis", ports);
  assertEquals([broker.engine, broker.maxPayload], ["redis", Infinity]);
  assertEquals(takePorts({ ...broker } as Broker), undefined);
  assertEquals([takePorts(broker), takePorts(broker)], [ports, undefined]);
});
