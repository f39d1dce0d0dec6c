import { assertEquals } from "@std/assert";
import { VERSION } from "../../src/base/version.ts";
import { root } from "../support/command.ts";

Deno.test("the version is that of deno.json", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assertEquals(VERSION, version);
});
