import { assertEquals } from "@std/assert";
import { Claims } from "../../src/hubs/claims.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("the first one has it, for longer than any token is good for", () => {
  const clock = new FakeClock();
  const claims = new Claims(clock, 10);
  assertEquals([claims.has("a"), claims.take("a"), claims.has("a"), claims.take("a")], [
    false,
    true,
    true,
    false,
  ]);
  clock.pass(59_999);
  claims.take("b");
  assertEquals([claims.take("a"), claims.size], [false, 2]);
  clock.pass(1);
  claims.take("c");
  assertEquals([claims.has("a"), claims.has("b"), claims.size], [false, true, 2]);
});

Deno.test("a flood finds no more room than there is", () => {
  const claims = new Claims(new FakeClock(), 10);
  for (let i = 0; i < 1_000; i++) claims.take(`${i}`);
  assertEquals([claims.size, claims.has("989"), claims.has("990")], [10, false, true]);
});

Deno.test("another process may ask again, and nobody else", () => {
  const claims = new Claims(new FakeClock(), 10);
  assertEquals([claims.take("a", "p"), claims.take("a", "p")], [true, true]);
  assertEquals([claims.take("a", "q"), claims.take("a")], [false, false]);
  assertEquals([claims.take("b"), claims.take("b", "p"), claims.take("b")], [true, false, false]);
});
