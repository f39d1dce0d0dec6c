/** Bun through the entry for Node, where Bun puts sockets of its own in the place of those of `ws`. */
import { assertEquals, assertGreater } from "@std/assert";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { bun } from "../support/runtimes.ts";
import { route } from "../support/suite.ts";

const start = () => bun.start({ ENTRY: "node" });

Deno.test("bun: through ./node: echoes, and ends with the codes of both sides", async () => {
  await using server = await start();
  using client = await RawClient.open(server.port, route());
  client.send(OPCODE.text, "grüße");
  assertEquals(await client.text(), "grüße");
  client.send(OPCODE.text, "!close 4000 bye");
  assertEquals(await client.closeFrame(), { code: 4000, reason: "bye" });
  client.close(4000);
  client.fin();
  const { code, cause } = await server.until({ on: "close" });
  assertEquals([code, cause], [4000, "local"]);
});

Deno.test("bun: through ./node: a client that does not read is waited for, up to a bound", async () => {
  await using server = await start();
  using client = await RawClient.open(server.port, route({}, "waited"));
  client.socket.pause();
  client.send(OPCODE.text, "!drain 40 524288");
  await server.until({ on: "draining" });
  client.socket.resume();
  const { most, left } = await server.until({ on: "drain" });
  assertGreater(most as number, 0);
  assertEquals(left, 0);
  using deaf = await RawClient.open(server.port, route({ maxBackpressure: 1_000_000 }, "deaf"));
  deaf.socket.pause();
  deaf.send(OPCODE.text, "!flood 300 65536");
  assertEquals((await server.until({ on: "close", id: "deaf" })).cause, "backpressure");
});

Deno.test("bun: through ./node: a client that says nothing is pinged, and dropped", async () => {
  await using server = await start();
  using client = await RawClient.open(server.port, route({ idleTimeout: 0.6 }));
  assertEquals((await client.frame())?.opcode, OPCODE.ping);
  assertEquals(await client.closeFrame(), { code: 1001, reason: "Idle timeout" });
  assertEquals((await server.until({ on: "close" })).cause, "idle-timeout");
});
