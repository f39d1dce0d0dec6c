import { assertEquals } from "@std/assert";
import { Members } from "../../src/hubs/members.ts";

Deno.test("members are in what they were added to, once, until they are taken out", () => {
  const members = new Members<number>();
  members.add("a", 1);
  members.add("a", 2);
  members.add("a", 1);
  members.add("b", 1);
  assertEquals([[...members.in("a")], [...members.in("b")]], [[1, 2], [1]]);
  members.delete("a", 1);
  assertEquals([[...members.in("a")], [...members.in("b")]], [[2], [1]]);
});

Deno.test("nothing is left of what nobody is in", () => {
  const members = new Members<number>();
  members.add("a", 1);
  assertEquals(members.size, 1);
  members.delete("a", 7);
  members.delete("nothing", 1);
  assertEquals(members.size, 1);
  members.delete("a", 1);
  assertEquals([members.size, [...members.in("a")]], [0, []]);
});

Deno.test("it is told when the last one is taken out", () => {
  const members = new Members<number>();
  members.add("a", 1);
  members.add("a", 2);
  const gone = [1, 1, 2, 2].map((member) => members.delete("a", member));
  assertEquals(gone, [false, false, true, false]);
});
