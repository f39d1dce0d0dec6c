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

Deno.test("each owner gets the port of a broker once", () => {
  const port = new MemoryBroker();
  const ports = { maxPayload: 1, live: () => port, replay: () => port as never };
  const broker = brokerOver("nats", ports);
  const found = ["hub a", "hub b", "hub a"].map((owner) => takePorts(broker, owner));
  assertEquals(found, [ports, ports, undefined]);
  assertEquals([takePorts(broker), takePorts(broker)], [ports, undefined]);
});
