import { assertEquals } from "@std/assert";
import { Cut, cutOf } from "../../src/client/cut.ts";

Deno.test("a cut is that of a link, and nobody is to wait, unless it says more", () => {
  const { message, over, retryAfter } = new Cut("a");
  assertEquals([message, over, retryAfter], ["a", "link", 0]);
  const more = new Cut("b", "session", 7);
  assertEquals([more.over, more.retryAfter], ["session", 7]);
});

Deno.test("whatever goes wrong is a cut, with its cause", () => {
  const cause = new TypeError("fetch failed");
  const cut = cutOf(cause);
  assertEquals([cut.message, cut.over, cut.cause], ["fetch failed", "link", cause]);
  assertEquals(cutOf("no error", "client").message, "no error");
  assertEquals(cutOf("no error", "client").over, "client");
  const own = new Cut("a", "client");
  assertEquals(cutOf(own, "session"), own);
  assertEquals(cutOf(own).over, "client");
});
