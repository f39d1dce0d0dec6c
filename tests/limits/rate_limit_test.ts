import { assert, assertEquals, assertThrows } from "@std/assert";
import { rateLimit, type RateLimitOptions } from "../../src/limits/rate_limit.ts";

/** A connection with limits that opens at 0. */
const meter = (options: RateLimitOptions) => rateLimit(options).meter(0);

/** How many of so many messages a meter takes. */
function taken(one: ReturnType<typeof meter>, count: number, message: string, now = 0): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (one.takes(message, now)) taken++;
  return taken;
}

Deno.test("messages count, whatever their size, for 30 seconds' worth at once", () => {
  const one = meter({ messages: 10 });
  assertEquals(taken(one, 1_000, "x".repeat(10_000)), 300);
  assertEquals(taken(one, 1_000, "", 1_000), 10);
  assertEquals(taken(one, 1_000, "", 3_600_000), 300);
});

Deno.test("bytes count, of text as UTF-8, and of binary messages", () => {
  const one = meter({ bytes: 100, burst: 1 });
  assert(one.takes("ä".repeat(50), 0));
  assert(!one.takes("a", 0));
  assert(one.takes(new ArrayBuffer(100), 1_000));
  assert(!one.takes(new ArrayBuffer(1), 1_000));
  assert(one.takes("", 1_000), "an empty message has no bytes");
});

Deno.test("both count where both are limited", () => {
  assertEquals(taken(meter({ messages: 5, bytes: 1_000, burst: 1 }), 10, "x"), 5);
  assertEquals(taken(meter({ messages: 1_000, bytes: 5, burst: 1 }), 10, "x"), 5);
});

Deno.test("each connection has its own", () => {
  const limit = rateLimit({ messages: 1, burst: 1 });
  const [first, second] = [limit.meter(0), limit.meter(0)];
  assertEquals([taken(first, 5, "x"), taken(second, 5, "x")], [1, 1]);
});

Deno.test("options that limit nothing, or are none, are refused", () => {
  const refused = (options: unknown) =>
    assertThrows(() => rateLimit(options as RateLimitOptions), Error).message;
  assertEquals(
    refused({ burst: 5 }),
    "Cannot use rateLimit: expected one of messages, bytes at least, got none",
  );
  assertEquals(
    refused({ message: 5 }),
    "Cannot use options of rateLimit: expected messages (did you mean that?), got message",
  );
  assertEquals(
    refused(undefined),
    "Cannot use options of rateLimit: expected an object, got undefined",
  );
  assertEquals(
    refused({ messages: 0 }),
    "Cannot use option messages: expected a number above 0, got 0",
  );
  assertEquals(
    refused({ bytes: -1 }),
    "Cannot use option bytes: expected a number above 0, got -1",
  );
  assertEquals(
    refused({ messages: 1, burst: 0 }),
    "Cannot use option burst: expected 1 to 3600 seconds, got 0",
  );
});
