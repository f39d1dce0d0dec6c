import { assertEquals } from "@std/assert";
import { Claims } from "../../src/hubs/claims.ts";
import type { Elsewhere } from "../../src/hubs/elsewhere.ts";
import { type NoTicket, Tickets } from "../../src/hubs/tickets.ts";
import { type Ticket, Tokens } from "../../src/hubs/tokens.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { SECRET, settled } from "../support/hub_pair.ts";

const clock = new FakeClock();
const ada = () => "Ada";

/** Tickets of one process; the other ones say of a claim what `first` says. */
function process(id: string | undefined, first?: boolean, now = 1_000_000) {
  const claims = new Claims(clock, 100);
  const asked: unknown[] = [];
  const claim = (...claim: unknown[]) => {
    asked.push(claim);
    return Promise.resolve(first);
  };
  const elsewhere = id === undefined ? undefined : { id, claim } as unknown as Elsewhere;
  const tokens = new Tokens(10);
  const tickets = new Tickets(tokens, claims, elsewhere, "hub", [SECRET], () => now);
  return { tickets, asked, tokens };
}

const A = "a".repeat(16);
const B = "b".repeat(16);

const why = (found: Ticket | NoTicket) => typeof found === "string" ? found : "found";

Deno.test("without a secret, tokens are good for their own process, once", async () => {
  const tokens = new Tokens(10);
  const tickets = new Tickets(tokens, new Claims(clock, 10), undefined, "hub", []);
  const { token } = await tickets.make(clock, 1, true, "Ada");
  const fail = () => {
    throw new Error("asked for the user");
  };
  const ticket = await tickets.find(clock, token, fail) as Ticket;
  assertEquals([ticket.token, tokens.size], [token, 1]);
  assertEquals([tickets.claim(ticket), tickets.claim(ticket)], [true, false]);
  assertEquals(tokens.isResumable(token), true);
  assertEquals(await tickets.find(clock, token, fail), "unknown");
  assertEquals(await tickets.read(token, "Ada"), undefined);
});

Deno.test("a signed token is found by its own process, for its user, once", async () => {
  const { tickets, tokens } = process(A);
  const { id, token } = await tickets.make(clock, 1, false, "Ada");
  assertEquals(tokens.size, 0);
  assertEquals(await tickets.find(clock, token, () => "Eve"), "stranger");
  assertEquals(await tickets.find(clock, `${token}x`, ada), "unknown");
  const ticket = await tickets.find(clock, token, ada, true) as Ticket;
  assertEquals(ticket, { id, token, resumable: false });
  assertEquals([tickets.claim(ticket), tickets.claim(ticket)], [true, false]);
  tokens.release(token);
  // Whoever has it cannot come a second time.
  assertEquals(await tickets.find(clock, token, ada), "elsewhere");
  assertEquals(tickets.claim(ticket), false);
  assertEquals((await tickets.read(token, "Ada"))?.mine, true);
  tickets.check(ticket, () => {
    throw new Error("nobody else has it");
  });
});

Deno.test("another process takes it at once, and asks afterwards", async () => {
  const { tickets: near } = process(A);
  const { tickets: far, asked } = process(B, false);
  const { id, token } = await near.make(clock, 1, false, "Ada");
  const ticket = await far.find(clock, token, ada) as Ticket;
  assertEquals([ticket, asked], [{ id, token, resumable: false, from: A }, []]);
  let taken = 0;
  far.check(ticket, () => taken++);
  await settled();
  assertEquals([asked, taken], [[[A, id]], 1]);
  const { tickets: good } = process(B, true);
  good.check(ticket, () => taken++);
  await settled();
  assertEquals(taken, 1);
});

Deno.test("where it matters, another process asks first", async () => {
  const { tickets: near } = process(A);
  for (
    const [resumable, exclusive, first, expected] of [
      [false, true, true, "found"],
      [false, true, false, "elsewhere"],
      // Nobody can say: a poll may be a later one.
      [false, true, undefined, "elsewhere"],
      [true, false, true, "found"],
      [true, false, false, "elsewhere"],
      [true, false, undefined, "found"],
    ] as const
  ) {
    const { token } = await near.make(clock, 1, resumable, "Ada");
    const { tickets: far, asked } = process(B, first);
    const found = await far.find(clock, token, ada, exclusive);
    assertEquals([why(found), asked.length], [expected, 1]);
    if (typeof found !== "string") assertEquals(found.from, first === undefined ? A : undefined);
  }
});

Deno.test("without a broker, nobody can be asked", async () => {
  const { token } = await process(undefined).tickets.make(clock, 1, false, "Ada");
  const found = await process(undefined).tickets.find(clock, token, ada) as Ticket;
  assertEquals([found.token, found.from], [token, undefined]);
  assertEquals(await process(undefined).tickets.find(clock, token, ada, true), "elsewhere");
});

Deno.test("a token that is too old is good for nothing but to say whose it was", async () => {
  const { token } = await process(A).tickets.make(clock, 1, false, "Ada");
  const { tickets: later } = process(A, true, 1_030_000);
  assertEquals(await later.find(clock, token, ada), "elsewhere");
  assertEquals((await later.read(token, "Ada"))?.fresh, false);
});
