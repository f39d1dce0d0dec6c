import { assert, assertEquals, assertMatch } from "@std/assert";
import { randomId, Tokens } from "../../src/hubs/tokens.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("ids are 16 random bytes that URLs leave as they are", () => {
  const ids = Array.from({ length: 1_000 }, randomId);
  for (const id of ids) assertMatch(id, /^[\w-]{22}$/);
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(new URL(`http://x/?id=${ids.join("")}`).searchParams.get("id"), ids.join(""));
  // All of the alphabet turns up.
  assertEquals(new Set(ids.join("")).size, 64);
});

Deno.test("a token is found until somebody connects with it, and is good for one connection", () => {
  const clock = new FakeClock();
  const tokens = new Tokens(10);
  const ticket = tokens.make(clock, 1);
  assert(ticket.id !== ticket.token);
  assertEquals(tokens.find(clock, ticket.token), ticket);
  assertEquals(tokens.find(clock, ticket.id), undefined);
  assertEquals([tokens.isClaimed(ticket.token), tokens.size], [false, 1]);
  assertEquals([tokens.claim(ticket.token), tokens.claim(ticket.token)], [true, false]);
  assertEquals(tokens.find(clock, ticket.token), undefined);
  assertEquals([tokens.isClaimed(ticket.token), tokens.size], [true, 0]);
  tokens.release(ticket.token);
  assertEquals(tokens.isClaimed(ticket.token), false);
  assertEquals(tokens.find(clock, ticket.token), undefined);
});

Deno.test("in version 0 the id is the token", () => {
  const { id, token } = new Tokens(10).make(new FakeClock(), 0);
  assertEquals(id, token);
});

Deno.test("a token dies after 15 seconds", () => {
  const clock = new FakeClock();
  const tokens = new Tokens(10);
  const { token } = tokens.make(clock, 1);
  clock.pass(14_999);
  assert(tokens.find(clock, token));
  clock.pass(1);
  assertEquals(tokens.find(clock, token), undefined);
  assertEquals(clock.pending, 0);
  tokens.make(clock, 1);
  assertEquals(tokens.size, 1);
});

Deno.test("a flood finds no more room than there is, and a client that connects at once has its place", () => {
  const clock = new FakeClock();
  const tokens = new Tokens(100);
  const first = tokens.make(clock, 1);
  for (let i = 0; i < 99; i++) tokens.make(clock, 1);
  assertEquals([tokens.find(clock, first.token), tokens.size], [first, 100]);
  for (let round = 0; round < 1_000; round++) {
    const healthy = tokens.make(clock, 1);
    for (let i = 0; i < 50; i++) tokens.make(clock, 1);
    assertEquals(tokens.size, 100);
    assertEquals(tokens.find(clock, healthy.token), healthy);
    assert(tokens.claim(healthy.token));
    tokens.release(healthy.token);
  }
  assertEquals(tokens.find(clock, first.token), undefined);
});

Deno.test("it is known of a token whether its client may come back", () => {
  const tokens = new Tokens(10);
  const clock = new FakeClock();
  const [plain, lasting] = [tokens.make(clock, 1), tokens.make(clock, 1, true)];
  assertEquals([plain.resumable, lasting.resumable], [false, true]);
  for (const { token, resumable } of [plain, lasting]) {
    assertEquals(tokens.isResumable(token), false);
    tokens.claim(token, resumable);
  }
  assertEquals([tokens.isResumable(plain.token), tokens.isResumable(lasting.token)], [false, true]);
  tokens.release(lasting.token);
  assertEquals(tokens.isResumable(lasting.token), false);
});

Deno.test("it is known how many are connected that may come back", () => {
  const tokens = new Tokens(10);
  for (const [token, resumable] of [["a", true], ["b", false], ["c", true]] as const) {
    tokens.claim(token, resumable);
    tokens.claim(token, resumable);
  }
  assertEquals(tokens.resumable, 2);
  for (const token of ["a", "a", "b", "unknown"]) tokens.release(token);
  assertEquals(tokens.resumable, 1);
});
