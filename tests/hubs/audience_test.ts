import { assertEquals } from "@std/assert";
import { ALL } from "../../src/hubs/audience.ts";

Deno.test("all have no name", () => {
  assertEquals(ALL, { to: "all", name: "" });
});
