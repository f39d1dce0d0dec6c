import { assertEquals } from "@std/assert";
import { Incoming } from "../../src/brokers/incoming.ts";

const A = "a".repeat(16);
const B = "b".repeat(16);
const seen = { seen: true } as const;
const missed = (missed: number) => ({ seen: false, missed }) as const;

Deno.test("each process counts by itself, and begins where it is heard first", () => {
  const incoming = new Incoming();
  const came = [[A, 7], [A, 8], [B, 1], [A, 8], [A, 3], [A, 12], [B, 2]] as const;
  const verdicts = came.map(([publisher, sequence]) => incoming.take(publisher, sequence, false));
  assertEquals(verdicts, [
    missed(0),
    missed(0),
    missed(0),
    seen,
    seen,
    missed(3),
    missed(0),
  ]);
  assertEquals(incoming.take(A, 500, true), missed(0));
});

Deno.test("a beacon tells what is missing at the end, once", () => {
  const incoming = new Incoming();
  assertEquals(incoming.beacon(A, 5, 2), 2);
  incoming.take(A, 6, false);
  assertEquals([incoming.beacon(A, 6, 0), incoming.beacon(A, 9, 0)], [0, 3]);
  assertEquals([incoming.beacon(A, 9, 3), incoming.take(A, 10, false)], [0, missed(0)]);
});

Deno.test("what a cut has taken counts no more, what others lose after it does", () => {
  const incoming = new Incoming();
  for (const publisher of [A, B]) incoming.take(publisher, 1, false);
  incoming.cut();
  assertEquals([incoming.take(A, 5, false), incoming.take(A, 7, false)], [missed(0), missed(1)]);
  // B was heard of no more, and knows of two that did not get out: the others are told already.
  assertEquals(incoming.beacon(B, 9, 2), 2);
  assertEquals(incoming.beacon(B, 11, 2), 2);
  incoming.cut();
  assertEquals(incoming.beacon(B, 20, 0), 0);
  incoming.cut();
  assertEquals(incoming.beacon(B, 21, 50), 1);
});

Deno.test("at most a thousand processes are known of, and those heard of lately stay", () => {
  const incoming = new Incoming();
  const publisher = (i: number) => `${i}`.padStart(16, "0");
  for (let i = 0; i < 1_000; i++) incoming.take(publisher(i), 1, false);
  incoming.take(publisher(0), 2, false);
  incoming.take(publisher(1_000), 1, false);
  assertEquals(incoming.take(publisher(0), 2, false), seen);
  assertEquals(incoming.take(publisher(2), 1, false), seen);
  // The one that was heard of least lately is forgotten.
  assertEquals(incoming.take(publisher(1), 1, false), missed(0));
});
