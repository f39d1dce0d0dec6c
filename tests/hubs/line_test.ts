import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import type { HubInvocation } from "../../src/hubs/invocation.ts";
import { Line } from "../../src/hubs/line.ts";
import { Waiting } from "../../src/hubs/waiting.ts";

/** Calls are told apart by their names; each costs 10. */
function line(places: number, mostPlaceless = 10) {
  const running: string[] = [];
  const waiting = new Waiting(1_000_000, new MemoryBudget(1_000_000), () => {});
  const calls = new Map<string, HubInvocation>();
  const call = (name: string) => {
    if (!calls.has(name)) calls.set(name, { cost: 10, name } as never);
    return calls.get(name)!;
  };
  const made = new Line(
    places,
    mostPlaceless,
    waiting,
    (one) => running.push((one as never as { name: string }).name),
  );
  return { line: made, running, waiting, call };
}

Deno.test("so many calls run as there are places, and the others in order", () => {
  const { line: one, running, waiting, call } = line(2);
  for (const name of ["a", "b", "c", "d"]) one.add(call(name));
  assertEquals([running, waiting.size], [["a", "b"], 20]);
  one.left(call("b"));
  assertEquals([running, waiting.size], [["a", "b", "c"], 10]);
  one.left(call("a"));
  one.left(call("c"));
  assertEquals([running, waiting.size], [["a", "b", "c", "d"], 0]);
  one.left(call("d"));
  for (const name of ["e", "f", "g"]) one.add(call(name));
  assertEquals(running.slice(4), ["e", "f"]);
});

Deno.test("a call that waits for a client leaves its place to the next, once", () => {
  const { line: one, running, call } = line(1);
  for (const name of ["a", "b", "c"]) one.add(call(name));
  one.waits(call("a"));
  one.waits(call("a"));
  assertEquals(running, ["a", "b"]);
  // It has none to give back any more.
  one.left(call("a"));
  assertEquals(running, ["a", "b"]);
  one.left(call("b"));
  assertEquals(running, ["a", "b", "c"]);
});

Deno.test("no more calls give up their place than may", () => {
  const { line: one, running, call } = line(1, 1);
  for (const name of ["a", "b", "c"]) one.add(call(name));
  one.waits(call("a"));
  one.waits(call("b"));
  assertEquals(running, ["a", "b"]);
  one.left(call("a"));
  one.waits(call("b"));
  assertEquals(running, ["a", "b", "c"]);
});

Deno.test("what waits can be told not to", () => {
  const { line: one, running, call } = line(1);
  one.add(call("a"));
  one.add(call("b"));
  one.clear();
  one.left(call("a"));
  assertEquals(running, ["a"]);
});

Deno.test("calls that end at once do not pile up on the stack", () => {
  const waiting = new Waiting(1_000_000, new MemoryBudget(1_000_000), () => {});
  let ran = 0;
  let blocked = true;
  const made: Line = new Line(1, 1, waiting, (call) => {
    ran++;
    if (!blocked) made.left(call);
  });
  const call = { cost: 1 } as HubInvocation;
  for (let i = 0; i < 50_000; i++) made.add(call);
  assertEquals(ran, 1);
  blocked = false;
  made.left(call);
  assertEquals([ran, waiting.size], [50_000, 0]);
});
