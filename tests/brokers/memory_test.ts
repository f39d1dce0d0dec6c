import { assertEquals } from "@std/assert";
import { MemoryBroker } from "../../src/brokers/memory.ts";

Deno.test("in one process all is well, at once and with nothing to wait for", async () => {
  const broker = new MemoryBroker();
  broker.start({ deliver() {}, state() {}, gap() {}, error() {} });
  assertEquals([broker.state, broker.linger, broker.maxPayload], ["up", 0, Infinity]);
  assertEquals(broker.alone, true);
  assertEquals([broker.subscribe(), broker.unsubscribe()], [undefined, undefined]);
  assertEquals(await broker.publish("room", "x", ""), { relayed: true });
  await broker.close();
});
