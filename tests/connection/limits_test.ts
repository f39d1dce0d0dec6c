import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseLimits } from "../../src/connection/limits.ts";
import { exceeds } from "../../src/connection/message.ts";
import { upgradeWebSocket as route } from "../../src/hono.ts";
import { upgradeWebSocket } from "../../mod.ts";

Deno.test("parseLimits fills in the documented defaults", () => {
  assertEquals(parseLimits({}), {
    idleTimeout: 60_000,
    maxPayloadLength: 1_048_576,
    maxBackpressure: 67_108_864,
    maxQueue: 67_108_864,
    backpressureTimeout: 30_000,
    closeTimeout: 5_000,
    limits: [],
    route: "",
  });
});

Deno.test("parseLimits takes fractions of seconds, and 0 for no idle timeout", () => {
  assertEquals(parseLimits({ idleTimeout: 0.5 }).idleTimeout, 500);
  assertEquals(parseLimits({ idleTimeout: 0 }).idleTimeout, 0);
});

Deno.test("parseLimits takes one limit or a list, and refuses what is none", () => {
  const limit = { meter: () => ({ takes: () => true }) };
  assertEquals(parseLimits({ limits: limit }).limits, [limit]);
  assertEquals(parseLimits({ limits: [limit, limit] }).limits, [limit, limit]);
  for (const wrong of [5, null, {}, [limit, null], [{ admit() {} }]]) {
    assertThrows(() => parseLimits({ limits: wrong as never }), TypeError, "option limits");
  }
});

for (
  const [name, bad] of [
    ["idleTimeout", [-1, 0.01, 86_401, NaN, Infinity]],
    ["backpressureTimeout", [0, -1, NaN, Infinity]],
    ["closeTimeout", [0, -1, NaN, Infinity]],
    ["maxPayloadLength", [0, -1, 1.5, NaN, 2 ** 26]],
    ["maxBackpressure", [0, -1, 1.5, NaN, 2 ** 31]],
    ["maxQueue", [0, -1, 1.5, NaN, 2 ** 31]],
  ] as const
) {
  Deno.test(`${name} out of range throws when the route is set up`, () => {
    for (const value of bad) {
      const error = assertThrows(() => route(() => ({}), { [name]: value }), RangeError);
      assertStringIncludes(error.message, name);
      assertStringIncludes(error.message, `got ${value}`);
      assertThrows(
        () => upgradeWebSocket(new Request("http://x"), {}, { [name]: value }),
        RangeError,
      );
    }
    assertThrows(() => route(() => ({}), { [name]: "5" as never }), TypeError, "got string");
  });
}

Deno.test("exceeds counts text as UTF-8", () => {
  for (
    const [text, bytes] of [["", 0], ["abc", 3], ["ü", 2], ["€", 3], ["😀", 4], [
      "\uD800",
      3,
    ]] as const
  ) {
    assertEquals(exceeds(text, bytes), false, text);
    if (bytes > 0) assertEquals(exceeds(text, bytes - 1), true, text);
    const long = text.repeat(1000);
    assertEquals(exceeds(long, bytes * 1000), false);
    if (bytes > 0) assertEquals(exceeds(long, bytes * 1000 - 1), true);
  }
  assertEquals([exceeds(new ArrayBuffer(5), 5), exceeds(new ArrayBuffer(6), 5)], [false, true]);
});
