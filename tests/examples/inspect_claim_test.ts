/** Which connection is that of a page: what a claim comes to. */
import { assertEquals } from "@std/assert";
import { Claim } from "../../examples/inspect/claim.ts";
import type { Told } from "../../examples/inspect/message.ts";

const handshake = (verdict: string, at = 0): Told => ({ at, event: "handshake", verdict });
const open = (at = 1): Told => ({ at, event: "open" });

/** A claim of a page on this machine to a connection to /ws, and what came of it. */
function claimed(path = "/ws", address = "127.0.0.1") {
  const outcomes: unknown[] = [];
  const claim = new Claim(path, address, {
    matched: (connection, told) => outcomes.push([connection, told.map(({ event }) => event)]),
    unmatched: (candidates) => outcomes.push(candidates),
  });
  return { claim, outcomes };
}

Deno.test("a claim: the only connection to its path from its address is the page's", () => {
  const { claim, outcomes } = claimed();
  claim.handshake("/other", "127.0.0.1", handshake("refused"));
  claim.handshake("/ws", "203.0.113.1", handshake("refused"));
  claim.open("far", "/ws", "203.0.113.1", "", open());
  claim.open("elsewhere", "/other", "127.0.0.1", "", open());
  claim.handshake("/ws", "::1", handshake("accepted"));
  claim.open("mine", "/ws", "::ffff:127.0.0.1", "", open());
  claim.tell("mine", { at: 2, event: "error" });
  claim.tell("far", { at: 2, event: "close" });
  assertEquals(outcomes, []);
  claim.opened("", 10);
  assertEquals(outcomes, [["mine", ["handshake", "open", "error"]]]);
  // It is settled once and for all.
  claim.failed(10);
  claim.open("later", "/ws", "127.0.0.1", "", open());
  claim.handshake("/ws", "127.0.0.1", handshake("accepted"));
  assertEquals(outcomes.length, 1);
});

Deno.test("a claim: what is told comes in the order of time", () => {
  const { claim, outcomes } = claimed();
  claim.open("mine", "/ws", "127.0.0.1", "", open(1));
  claim.handshake("/ws", "127.0.0.1", handshake("accepted", 2));
  claim.opened("", 10);
  assertEquals(outcomes, [["mine", ["open", "handshake"]]]);
});

Deno.test("a claim: nothing is told if two connections might be it", () => {
  const { claim, outcomes } = claimed();
  for (const id of ["one", "other"]) {
    claim.handshake("/ws", "127.0.0.1", handshake("accepted"));
    claim.open(id, "/ws", "127.0.0.1", "", open());
  }
  claim.opened("", 10);
  assertEquals(outcomes, [2]);
});

Deno.test("a claim: nothing is told if two handshakes were refused at the same time", () => {
  const { claim, outcomes } = claimed();
  claim.handshake("/ws", "127.0.0.1", handshake("refused"));
  claim.handshake("/ws", "127.0.0.1", handshake("refused"));
  claim.failed(10);
  assertEquals(outcomes, [2]);
});

Deno.test("a claim: the subprotocol, and other pages, leave one of two", () => {
  const byProtocol = claimed();
  byProtocol.claim.open("chat", "/ws", "127.0.0.1", "chat", open());
  byProtocol.claim.open("none", "/ws", "127.0.0.1", "", open());
  byProtocol.claim.opened("chat", 10);
  assertEquals(byProtocol.outcomes, [["chat", ["open"]]]);

  const byOthers = claimed();
  byOthers.claim.open("theirs", "/ws", "127.0.0.1", "", open());
  byOthers.claim.open("mine", "/ws", "127.0.0.1", "", open());
  byOthers.claim.taken("theirs");
  byOthers.claim.opened("", 10);
  assertEquals(byOthers.outcomes, [["mine", ["open"]]]);
});

Deno.test("a claim: a page that was refused gets the handshake, and no connection of others", () => {
  const { claim, outcomes } = claimed();
  claim.handshake("/ws", "127.0.0.1", handshake("refused"));
  claim.failed(10);
  assertEquals(outcomes, [[undefined, ["handshake"]]]);

  const beside = claimed();
  beside.claim.handshake("/ws", "127.0.0.1", handshake("refused"));
  beside.claim.handshake("/ws", "127.0.0.1", handshake("accepted"));
  beside.claim.open("theirs", "/ws", "127.0.0.1", "", open());
  beside.claim.opened("", 10);
  assertEquals(beside.outcomes, [["theirs", ["handshake", "open"]]]);
});

Deno.test("a claim: what is told later than the page knew may have been asked before", () => {
  for (const verdict of ["accepted", "refused"]) {
    const { claim, outcomes } = claimed();
    claim.handshake("/ws", "127.0.0.1", { ...handshake(verdict, 12), duration: 3 });
    claim.failed(10);
    assertEquals(outcomes, [[undefined, ["handshake"]]]);
  }
});

Deno.test("a claim: what was asked later than the page knew is another one's", () => {
  const { claim, outcomes } = claimed();
  claim.handshake("/ws", "127.0.0.1", handshake("refused", 9));
  claim.handshake("/ws", "127.0.0.1", handshake("refused", 11));
  claim.failed(10);
  assertEquals(outcomes, [[undefined, ["handshake"]]]);

  const again = claimed();
  again.claim.handshake("/ws", "127.0.0.1", handshake("refused", 9));
  again.claim.handshake("/ws", "127.0.0.1", handshake("accepted", 11));
  again.claim.open("another", "/ws", "127.0.0.1", "", open(11));
  again.claim.failed(10);
  assertEquals(again.outcomes, [[undefined, ["handshake"]]]);

  const dropped = claimed();
  dropped.claim.handshake("/ws", "127.0.0.1", handshake("accepted", 9));
  dropped.claim.open("mine", "/ws", "127.0.0.1", "", open(11));
  dropped.claim.failed(10);
  assertEquals(dropped.outcomes, [["mine", ["handshake", "open"]]]);

  const open2 = claimed();
  open2.claim.handshake("/ws", "127.0.0.1", handshake("accepted", 9));
  open2.claim.open("mine", "/ws", "127.0.0.1", "", open(12));
  open2.claim.handshake("/ws", "127.0.0.1", handshake("accepted", 11));
  open2.claim.opened("", 10);
  assertEquals(open2.outcomes, [["mine", ["handshake", "open"]]]);
});

Deno.test("a claim: the server may be later than the page, or have seen nothing", () => {
  const late = claimed();
  late.claim.opened("", 10);
  assertEquals(late.outcomes, []);
  late.claim.open("mine", "/ws", "", "", open());
  assertEquals(late.outcomes, [["mine", ["open"]]]);

  const nothing = claimed();
  nothing.claim.failed(10);
  assertEquals(nothing.outcomes, [0]);
});

Deno.test("a claim: a flood of connections takes no more memory than 32 of them", () => {
  const { claim, outcomes } = claimed();
  for (let i = 0; i < 1_000; i++) {
    claim.handshake("/ws", "127.0.0.1", handshake("accepted"));
    claim.open(`${i}`, "/ws", "127.0.0.1", "", open());
    for (let j = 0; j < 100; j++) claim.tell("0", { at: 2, event: "backpressure" });
  }
  claim.opened("", 10);
  assertEquals(outcomes, [1_000]);

  const long = claimed();
  long.claim.open("mine", "/ws", "127.0.0.1", "", open());
  for (let j = 0; j < 100; j++) long.claim.tell("mine", { at: 2, event: "backpressure" });
  long.claim.opened("", 10);
  assertEquals((long.outcomes[0] as [string, string[]])[1].length, 64);
});
