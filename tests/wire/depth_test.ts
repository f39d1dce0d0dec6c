import { assertEquals } from "@std/assert";
import { MAX_DEPTH, MAX_SENT_DEPTH, tooDeep, tooDeepToSend } from "../../src/wire/depth.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("what arrives may be nested as in .NET, what is sent as Microsoft's client allows", () => {
  assertEquals([MAX_DEPTH, MAX_SENT_DEPTH], [64, 100]);
});

Deno.test("the errors say how deep, and whose fault it is", () => {
  assertEquals(
    tooDeep(64),
    new WireError(
      "Cannot read a message: expected lists and objects nested at most 64 deep, got deeper ones",
    ),
  );
  assertEquals(
    tooDeepToSend(),
    new TypeError(
      "Cannot send a value to the other side of a hub: " +
        "expected lists and objects nested at most 100 deep, got more, or a circle",
    ),
  );
});
