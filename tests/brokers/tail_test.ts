import { assert, assertEquals } from "@std/assert";
import { Tail } from "../../src/brokers/tail.ts";
import { at, entries, textsOf } from "../support/entries.ts";

Deno.test("what came lately is there from the mark on at which it began", () => {
  const tail = new Tail(at(3));
  assertEquals(tail.behind(at(3)), []);
  for (const entry of entries(4, 6)) tail.add(entry);
  assertEquals(textsOf(tail.behind(at(3))), ["4", "5", "6"]);
  assertEquals(textsOf(tail.behind(at(5))), ["6"]);
  assertEquals([tail.behind(at(6)), tail.behind(at(2))], [[], undefined]);
});

Deno.test("it has an end in messages and in bytes, and what is left has no hole", () => {
  const many = new Tail(at(0));
  for (const entry of entries(1, 1_001)) many.add(entry);
  assertEquals(many.behind(at(0)), undefined);
  assertEquals([many.behind(at(500)), textsOf(many.behind(at(999)))], [undefined, [
    "1000",
    "1001",
  ]]);
  const large = new Tail(at(0));
  for (const entry of entries(1, 8)) {
    const recorded = { ...entry.recorded!, data: "x".repeat(300_000) };
    large.add({ ...entry, recorded });
  }
  const left = [...Array(9).keys()].filter((offset) => large.behind(at(offset)) !== undefined);
  assert(left.length >= 2 && left.length <= 4, `${left}`);
  assertEquals(left.at(-1), 8);
});
