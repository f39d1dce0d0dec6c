import { assertEquals, assertThrows } from "@std/assert";
import { checkAmount, checkAny, checkBurst } from "../../src/limits/check.ts";

/** What an error says, after its kind. */
function said(task: () => unknown): string {
  const { name, message } = assertThrows(task, Error);
  return `${name}: ${message}`;
}

Deno.test("an amount is a number above 0, or not said", () => {
  for (const fits of [undefined, 0.5, 1, 1e9]) checkAmount("messages", fits);
  for (const wrong of [0, -1, NaN, Infinity]) {
    assertEquals(
      said(() => checkAmount("messages", wrong)),
      `RangeError: Cannot use option messages: expected a number above 0, got ${wrong}`,
    );
  }
  assertEquals(
    said(() => checkAmount("bytes", "5" as never)),
    "TypeError: Cannot use option bytes: expected a number above 0, got string",
  );
});

Deno.test("a burst lasts for a second, or an hour at most", () => {
  assertEquals([checkBurst(1), checkBurst(3_600)], [1, 3_600]);
  for (const wrong of [0, 0.9, 3_601, NaN]) {
    assertEquals(
      said(() => checkBurst(wrong)),
      `RangeError: Cannot use option burst: expected 1 to 3600 seconds, got ${wrong}`,
    );
  }
});

Deno.test("a limit that limits nothing is an error", () => {
  checkAny("perAddress", { pending: 1 }, ["connections", "pending"]);
  assertEquals(
    said(() => checkAny("perAddress", { burst: 1 }, ["connections", "pending"])),
    "TypeError: Cannot use perAddress: expected one of connections, pending at least, got none",
  );
});
