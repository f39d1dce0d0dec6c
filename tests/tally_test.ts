import { assertEquals } from "@std/assert";
import { type Sent, tallyOf } from "./support/tally.ts";

const sent = (count: number, ended = false): Sent => ({ count, ended });
const numbers = (name: string, ...list: number[]) => list.map((number) => `${name} ${number}`);
const NOTHING = { nowhere: 0, missing: { told: 0, untold: 0 }, twice: 0, late: 0 };

Deno.test("where everybody has everything nothing is missing", () => {
  const logs = [[...numbers("a", 0, 1), "b 0", "a 2"], [..."b 0,a 0,a 1,a 2".split(",")]];
  const tally = tallyOf(logs, new Map([["a", sent(3)], ["b", sent(1)]]));
  assertEquals(tally, { ...NOTHING, out: 4 });
});

Deno.test("what reached another one is missing: told where a loss stands in between, and else not", () => {
  const all = numbers("a", 0, 1, 2, 3, 4, 5);
  const publishers = new Map([["a", sent(6)]]);
  const missing = (...log: string[]) => tallyOf([all, log], publishers).missing;
  assertEquals(missing("a 0", "a 3", "a 4", "a 5"), { told: 0, untold: 2 });
  assertEquals(missing("a 0", "!", "a 3", "a 4", "a 5"), { told: 2, untold: 0 });
  assertEquals(missing("!", "a 2", "a 5"), { told: 2, untold: 2 });
  // At the end, and of one that has nothing.
  assertEquals(missing("a 0", "a 1"), { told: 0, untold: 4 });
  assertEquals(missing("a 0", "a 1", "!"), { told: 4, untold: 0 });
  assertEquals(missing(), { told: 0, untold: 6 });
  assertEquals(missing("!"), { told: 6, untold: 0 });
});

Deno.test("a message that comes again is twice, one that comes after a later one is late and not missing", () => {
  const publishers = new Map([["a", sent(4)]]);
  const tally = tallyOf([numbers("a", 0, 2, 1, 2, 3, 3)], publishers);
  assertEquals(tally, { ...NOTHING, out: 4, twice: 2, late: 1 });
});

Deno.test("what reached nobody is counted, unless its process may have taken it along", () => {
  const log = numbers("a", 0, 3);
  assertEquals(tallyOf([log], new Map([["a", sent(6)]])).nowhere, 4);
  assertEquals(tallyOf([log], new Map([["a", sent(6, true)]])).nowhere, 2);
  assertEquals(tallyOf([[]], new Map([["a", sent(6, true)], ["b", sent(2)]])).nowhere, 2);
});
