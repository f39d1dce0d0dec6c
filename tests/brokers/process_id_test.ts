import { assertEquals } from "@std/assert";
import { randomId, twinsError } from "../../src/brokers/process_id.ts";

Deno.test("an id is 16 hexadecimal digits, and no two are the same", () => {
  const ids = Array.from({ length: 1_000 }, randomId);
  assertEquals(ids.filter((id) => !/^[0-9a-f]{16}$/.test(id)), []);
  assertEquals(new Set(ids).size, 1_000);
});

Deno.test("two with the same one are told what may be the reason", () => {
  const said = "Cannot tell processes apart: expected a random id for each process, " +
    "got abc twice: is one of them a copy of a running process?";
  assertEquals(twinsError("abc").message, said);
});
