import { assertEquals } from "@std/assert";
import { Account, type Hole } from "./support/account.ts";

function accountOf(...texts: string[]): Account {
  const account = new Account();
  for (const text of texts) account.take(text);
  return account;
}

const hole = (side: "x" | "y", first: number, last: number, told = false): Hole => {
  return { side, first, last, told };
};

Deno.test("what comes in order leaves nothing missing, and says where the subscriber is", () => {
  const account = accountOf("s 1 p0", "m x0 p1", "m y0 p2", "m x1");
  assertEquals([account.messages, account.position], [3, "p2"]);
  assertEquals(account.missing({ x: 2, y: 1 }), []);
  assertEquals([account.wrong, account.causes], [[], []]);
});

Deno.test("what does not come is missing: in between, at the beginning and at the end", () => {
  const account = accountOf("m x0", "m x3", "m y2");
  const missing = [hole("x", 1, 2), hole("y", 0, 1), hole("x", 4, 5), hole("y", 3, 3)];
  assertEquals(account.missing({ x: 6, y: 4 }), missing);
  assertEquals(accountOf().missing({ x: 1, y: 0 }), [hole("x", 0, 0)]);
});

Deno.test("a loss is told of what is missing since the last message of a side, and of nothing later", () => {
  const account = accountOf("m x0", "m y0", "g epoch p9", "m x2", "m x4", "m y2");
  const missing = [hole("x", 1, 1, true), hole("x", 3, 3), hole("y", 1, 1, true)];
  assertEquals(account.missing({ x: 5, y: 3 }), missing);
  assertEquals([account.causes, account.position], [["epoch"], "p9"]);
  assertEquals(accountOf("m x0", "g cut").missing({ x: 2, y: 0 }), [hole("x", 1, 1, true)]);
});

Deno.test("what comes twice, out of order or from nobody is wrong, and changes nothing else", () => {
  const account = accountOf("m x1", "m x1", "m x0", "m z0", "m xx");
  assertEquals(account.wrong, ["x1 before 2", "x0 before 2", "z0 before undefined", "xx before 2"]);
  assertEquals([account.messages, account.missing({ x: 2, y: 0 })], [1, [hole("x", 0, 0)]]);
});

Deno.test("it is known whether the last message of each side is there", () => {
  const account = accountOf("m x1", "m y0");
  assertEquals([account.has({ x: 2, y: 1 }), account.has({ x: 3, y: 1 })], [true, false]);
  assertEquals(account.has({ x: 2, y: 2 }), false);
});
