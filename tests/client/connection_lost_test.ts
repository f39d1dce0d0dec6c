import { assertEquals } from "@std/assert";
import { ConnectionLost } from "../../src/client/connection_lost.ts";

Deno.test("it says whether the call may have run, and why there was no answer", () => {
  const cause = new Error("the cable");
  const lost = new ConnectionLost(true, cause);
  assertEquals([lost.name, lost.maybeRan, lost.cause], ["ConnectionLost", true, cause]);
  assertEquals(
    lost.message,
    "Cannot finish a call: expected an answer, got the end of the session",
  );
  assertEquals(lost instanceof Error, true);
  assertEquals(new ConnectionLost(false).maybeRan, false);
});
