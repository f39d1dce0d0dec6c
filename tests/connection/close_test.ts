import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  broken,
  checkClose,
  closedByPeer,
  RECEIVE_QUEUE_FULL,
  SEND_QUEUE_FULL,
  TOO_LARGE,
} from "../../src/connection/close.ts";

const cutAt123 = (reason: string) => checkClose(1000, reason).reason;
const size = (text: string) => new TextEncoder().encode(text).length;

Deno.test("checkClose takes the codes that a server may send", () => {
  const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4999];
  for (const code of sendable) assertEquals(checkClose(code, "").code, code);
});

Deno.test("checkClose refuses every other code below 70000", () => {
  const sendable = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014]);
  for (let code = -1; code < 70_000; code++) {
    if (sendable.has(code) || (code >= 3000 && code <= 4999)) continue;
    assertThrows(() => checkClose(code, ""), RangeError, `got ${code}`);
  }
  for (const code of [NaN, Infinity, 1000.5, 3000.1]) {
    assertThrows(() => checkClose(code, ""), RangeError);
  }
});

Deno.test("checkClose names the type of what is no number", () => {
  const error = assertThrows(() => checkClose("1000" as never, ""), TypeError);
  assertStringIncludes(error.message, "got string");
  assertThrows(() => checkClose(1000, 5 as never), TypeError, "a string as reason, got number");
});

Deno.test("checkClose leaves 123 bytes of reason alone and cuts the rest", () => {
  for (const text of ["", "bye", "x".repeat(123), "ü".repeat(61), "\uFEFFbom"]) {
    assertEquals(cutAt123(text), text);
  }
  assertEquals(cutAt123("x".repeat(124)), "x".repeat(123));
});

Deno.test("checkClose never cuts inside a character", () => {
  for (const char of ["ü", "€", "😀", "a"]) {
    for (let lead = 0; lead < 5; lead++) {
      const text = "x".repeat(lead) + char.repeat(130);
      const cut = cutAt123(text);
      assertEquals(text.startsWith(cut), true);
      assertEquals(size(cut) <= 123 && size(cut) > 123 - size(char), true);
    }
  }
});

Deno.test("checkClose replaces lone surrogates", () => {
  assertEquals(cutAt123("a\uD800b"), "a\uFFFDb");
});

Deno.test("closedByPeer cuts a reason at 123 bytes, whatever the runtime hands over", () => {
  for (const char of ["x", "ü", "€", "😀"]) {
    for (const bytes of [124, 200, 70_000]) {
      const sent = char.repeat(Math.ceil(bytes / size(char)));
      const { code, reason, wasClean, cause } = closedByPeer(4000, sent);
      assertEquals([code, wasClean, cause], [4000, true, "peer"]);
      assertEquals(reason, char.repeat(Math.floor(123 / size(char))));
    }
  }
});

Deno.test("closedByPeer leaves what fits into a close frame alone", () => {
  const fits = [
    "",
    "bye",
    "x".repeat(41),
    "€".repeat(41),
    "x".repeat(123),
    "ü".repeat(61),
    "\uFEFFb",
  ];
  for (const reason of fits) assertEquals(closedByPeer(4000, reason).reason, reason);
});

Deno.test("broken is 1006 for users, and not clean", () => {
  assertEquals(broken("idle-timeout"), {
    code: 1006,
    reason: "",
    wasClean: false,
    cause: "idle-timeout",
  });
});

Deno.test("each end of our own has a code that may be sent, and a cause", () => {
  const ends = [TOO_LARGE, SEND_QUEUE_FULL, RECEIVE_QUEUE_FULL];
  for (const { code, reason, wasClean } of ends) {
    assertEquals([checkClose(code, reason), wasClean], [{ code, reason }, false]);
  }
  assertEquals(ends.map(({ code, cause }) => `${code} ${cause}`), [
    "1009 payload-too-large",
    "1013 backpressure",
    "1013 backpressure",
  ]);
});
