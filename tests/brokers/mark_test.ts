import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { markOf, positionOf, sameMark } from "../../src/brokers/mark.ts";

Deno.test("a mark becomes a position and back", () => {
  for (const offset of [0, 1, 35, 36, 2 ** 40]) {
    const mark = { epoch: "a1-_", offset, check: "-0z" };
    assertEquals(markOf(positionOf(mark)), mark);
  }
  assertEquals(positionOf({ epoch: "e", offset: 36, check: "c" }), "e.10.c");
});

Deno.test("whatever clients make up is no position, or one that they could have", () => {
  const bad = [
    5,
    null,
    undefined,
    {},
    "",
    "a",
    "a.1",
    "a.1.",
    ".1.a",
    "a.01.b",
    "a.1.B",
    "a.1.b.c",
  ];
  for (const position of [...bad, "a.zzzzzzzzzzzz.b", `${"a".repeat(41)}.1.b`, "x".repeat(1e6)]) {
    assertEquals(markOf(position), undefined, `${position}`.slice(0, 50));
  }
  fc.assert(fc.property(fc.string(), (text) => {
    const mark = markOf(text);
    if (mark !== undefined) assertEquals(positionOf(mark), text);
  }));
  // Too large to be counted exactly.
  assertEquals(markOf("a.zzzzzzzzzzz.b"), undefined);
});

Deno.test("marks are the same place only if everything is the same", () => {
  const mark = { epoch: "e", offset: 1, check: "c" };
  assertEquals(sameMark(mark, { ...mark }), true);
  for (const other of [{ epoch: "f" }, { offset: 2 }, { check: "d" }]) {
    assertEquals(sameMark(mark, { ...mark, ...other }), false);
  }
});
