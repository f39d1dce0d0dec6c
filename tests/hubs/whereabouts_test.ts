import { assertEquals } from "@std/assert";
import { Whereabouts } from "../../src/hubs/whereabouts.ts";

Deno.test("it is remembered where a connection is, of the ones that were asked for last", () => {
  const whereabouts = new Whereabouts();
  whereabouts.set("a", "p");
  whereabouts.set("b", "p");
  whereabouts.set("a", "q");
  assertEquals([whereabouts.get("a"), whereabouts.get("b"), whereabouts.get("c")], [
    "q",
    "p",
    undefined,
  ]);
  for (let i = 0; i < 9_999; i++) whereabouts.set(`${i}`, "r");
  assertEquals([whereabouts.get("a"), whereabouts.get("b")], ["q", undefined]);
  whereabouts.delete("a");
  assertEquals(whereabouts.get("a"), undefined);
});

Deno.test("of a process that has left, nothing is remembered", () => {
  const whereabouts = new Whereabouts();
  for (const [id, process] of ["pq", "qp", "rp"]) whereabouts.set(id!, process!);
  whereabouts.leave("p");
  assertEquals(["p", "q", "r"].map((id) => whereabouts.get(id)), ["q", undefined, undefined]);
});
