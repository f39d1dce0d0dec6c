import { assertEquals } from "@std/assert";
import { Leases } from "../../src/topics/leases.ts";

const NOBODY = { silent: [], forgotten: [] };

Deno.test("a process is believed in for as long as it says, and told of once", () => {
  const leases = new Leases(1_000);
  assertEquals(leases.hear("a", 0), "known");
  assertEquals(leases.hear("b", 0, 2_000), "known");
  assertEquals(leases.look(999), NOBODY);
  assertEquals(leases.look(1_000), { silent: ["a"], forgotten: [] });
  assertEquals(leases.look(1_999), NOBODY);
  assertEquals(leases.look(2_000), { silent: ["b"], forgotten: [] });
  // What it said last holds, until it says something else.
  assertEquals(leases.hear("b", 2_000), "back");
  assertEquals(leases.hear("b", 2_000), "known");
  assertEquals(leases.look(3_999), NOBODY);
});

Deno.test("one that is silent for ten times as long is forgotten, and is a new one then", () => {
  const leases = new Leases(1_000);
  leases.hear("a", 0);
  leases.look(1_000);
  assertEquals(leases.look(9_999), NOBODY);
  assertEquals(leases.look(10_000), { silent: [], forgotten: ["a"] });
  assertEquals([leases.hear("a", 10_000), leases.look(10_500)], ["known", NOBODY]);
});

Deno.test("who could hear nothing gives the others their time anew, but brings nobody back", () => {
  const leases = new Leases(1_000);
  leases.hear("gone", 0);
  leases.look(1_000);
  leases.hear("a", 1_000);
  leases.renew(5_000);
  assertEquals(leases.look(5_999), NOBODY);
  assertEquals(leases.look(6_000), { silent: ["a"], forgotten: [] });
  assertEquals(leases.look(10_000), { silent: [], forgotten: ["gone"] });
});

Deno.test("who has ended is no one to be believed in", () => {
  const leases = new Leases(1_000);
  leases.hear("a", 0);
  leases.delete("a");
  assertEquals(leases.look(1e9), NOBODY);
});

Deno.test("so many processes, and none more", () => {
  const leases = new Leases(1_000);
  for (let i = 0; i < 1_000; i++) assertEquals(leases.hear(`${i}`, 0), "known");
  assertEquals([leases.hear("more", 0), leases.hear("0", 0)], ["full", "known"]);
  leases.look(10_000);
  assertEquals(leases.hear("more", 10_000), "known");
});
