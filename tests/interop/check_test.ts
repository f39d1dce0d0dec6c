import { assertEquals, assertThrows } from "@std/assert";
import { checkConnection } from "../../src/interop/check.ts";
import { opened } from "../support/dressed.ts";

Deno.test("a connection passes, and whatever is none is named", async () => {
  await using one = await opened();
  checkConnection("wsOf", one.connection);
  for (
    const [value, named] of [
      [undefined, "undefined"],
      [null, "null"],
      [{}, "object"],
      [one.connection.raw, "object"],
      ["ws", "string"],
    ] as const
  ) {
    const { message } = assertThrows(() => checkConnection("wsOf", value), TypeError);
    assertEquals(message, `Cannot use wsOf: expected a connection of edgesocket, got ${named}`);
  }
});
