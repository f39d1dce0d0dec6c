import { assertEquals } from "@std/assert";
import { SILENT } from "../../src/base/channel.ts";

Deno.test("where nobody can listen, nobody does, and nothing comes of telling", () => {
  assertEquals(SILENT.hasSubscribers, false);
  assertEquals(SILENT.publish({}), undefined);
});
