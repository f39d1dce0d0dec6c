import { assertEquals, assertThrows } from "@std/assert";
import { type Broker, brokerOver, takePorts } from "../../src/brokers/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory.ts";
import { hubPort } from "../../src/hubs/hub_port.ts";

const options = (broker: unknown, name = "hub") => ({
  broker: broker as Broker | undefined,
  name,
  secrets: [],
  onState: undefined,
  onGap: undefined,
  onBrokerError: undefined,
});

Deno.test("hubs of different names and the topics share a broker, each over a port of its own", () => {
  const ports: MemoryBroker[] = [];
  const live = () => ports[ports.push(new MemoryBroker()) - 1]!;
  const broker = brokerOver("redis", { maxPayload: 1, live, replay: () => live() as never });
  assertEquals(hubPort(options(undefined)), undefined);
  assertEquals(hubPort(options(broker)), ports[0]);
  assertEquals(hubPort(options(broker, "other")), ports[1]);
  assertEquals([takePorts(broker)?.live() === ports[2], ports.length], [true, 3]);
  assertThrows(() => hubPort(options(broker)), TypeError, "or a second hub named hub");
});

Deno.test("what is no broker is refused", () => {
  const expected = "expected what redis() or nats() returned";
  for (const broker of ["redis", null, { engine: "redis", maxPayload: 1 }]) {
    assertThrows(() => hubPort(options(broker)), TypeError, expected);
  }
});
