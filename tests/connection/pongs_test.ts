import { assertEquals } from "@std/assert";
import { pongs } from "../../src/connection/pongs.ts";
import { heldOf } from "../support/garbage.ts";

Deno.test("whoever waits is found by its connection, and holds nobody", async () => {
  const connection = {};
  const told: string[] = [];
  pongs.set(connection, (payload) => told.push(payload));
  pongs.get(connection)?.("a");
  assertEquals([told, pongs.get({})], [["a"], undefined]);
  assertEquals(await heldOf(10, (object) => void pongs.set(object, () => {})), 0);
});
