import { assertEquals } from "@std/assert";
import { messagePack } from "../../src/client/message_pack.ts";
import { checkOptions } from "../../src/client/options.ts";

Deno.test("it is an encoding for the option", async () => {
  const protocol = await messagePack();
  assertEquals(protocol.name, "messagepack");
  assertEquals(checkOptions({ protocol }).protocol.transferFormat, "Binary");
});
