import { assertEquals } from "@std/assert";
import { type Registered, Registry } from "../../src/connection/registry.ts";
import { sweep } from "../../src/connection/clockwork.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** An entry that leaves when `leaves` says so. */
class Entry implements Registered {
  slot = -1;
  readonly calls: string[] = [];
  readonly #registry: Registry;
  readonly #leaves: "shutdown" | "terminate" | "never";

  constructor(registry: Registry, leaves: "shutdown" | "terminate" | "never") {
    this.#registry = registry;
    this.#leaves = leaves;
    registry.add(this);
  }

  look(now: number): void {
    this.calls.push(`look ${now}`);
  }

  shutdown(code: number): void {
    this.calls.push(code === 1001 ? "shutdown" : `shutdown ${code}`);
    if (this.#leaves === "shutdown") this.#registry.delete(this);
  }

  terminate(): void {
    this.calls.push("terminate");
    if (this.#leaves !== "never") this.#registry.delete(this);
  }
}

Deno.test("a registry has a timer only while it has entries, and one for all of them", () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  assertEquals(clock.pending, 0);
  const entries = [new Entry(registry, "shutdown"), new Entry(registry, "shutdown")];
  assertEquals([registry.size, clock.pending], [2, 1]);
  clock.pass(500);
  for (const { calls } of entries) assertEquals(calls, ["look 1250", "look 1500"]);
  for (const entry of entries) registry.delete(entry);
  registry.delete(entries[0]!);
  assertEquals([registry.size, clock.pending], [0, 0]);
  new Entry(registry, "shutdown");
  assertEquals(clock.pending, 1);
});

Deno.test("a registry shuts down as soon as all have left", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  await registry.shutdown(1_000);
  const entry = new Entry(registry, "shutdown");
  await registry.shutdown(1_000);
  assertEquals([entry.calls, clock.pending], [["shutdown"], 0]);
  const told = new Entry(registry, "shutdown");
  assertEquals(registry.entries, [told]);
  await registry.shutdown(1_000, 1012);
  assertEquals([told.calls, registry.entries], [["shutdown 1012"], []]);
});

Deno.test("a registry ends those that linger after the timeout", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const entry = new Entry(registry, "terminate");
  const done = registry.shutdown(1_000);
  clock.pass(999);
  assertEquals(entry.calls.includes("terminate"), false);
  clock.pass(1);
  await done;
  assertEquals([entry.calls.at(-1), registry.size, clock.pending], ["terminate", 0, 0]);
});

Deno.test("a registry keeps count of who leaves during a sweep, alone or with others", () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const entries = Array.from({ length: 100 }, () => new Entry(registry, "never"));
  const here = new Set(entries);
  for (let round = 1; here.size > 0; round++) {
    const present = [...here];
    const leavers = present.filter((_, index) => index % 3 === round % 3).slice(0, round);
    const caller = present[round * 7 % present.length]!;
    caller.look = () => leavers.forEach((entry) => registry.delete(entry));
    for (const entry of leavers) here.delete(entry);
    clock.pass(250);
    caller.look = Entry.prototype.look;
    for (const { calls } of entries) calls.length = 0;
    clock.pass(250);
    assertEquals(registry.size, here.size);
    assertEquals(entries.filter(({ calls }) => calls.length === 1), [...here]);
  }
});

/** A registry whose looks come when the test says so, as those of a process that was paused do. */
function lookedAtByHand() {
  const clock = new FakeClock();
  let look = () => {};
  const registry = new Registry(clock, (_, task) => {
    look = task;
    return () => {};
  });
  const lookAfter = (ms: number) => {
    clock.pass(ms);
    look();
  };
  return { clock, registry, lookAfter };
}

Deno.test("a look that comes more than a second late only listens, and the next one counts", () => {
  const { registry, lookAfter } = lookedAtByHand();
  const entry = new Entry(registry, "never");
  lookAfter(250);
  lookAfter(120_000);
  assertEquals(entry.calls, ["look 1250"]);
  lookAfter(250);
  assertEquals(entry.calls, ["look 1250", "look 121500"]);
  // A server that is always late must look all the same: only the first of several listens.
  lookAfter(1_001);
  assertEquals(entry.calls.length, 2);
  lookAfter(1_001);
  assertEquals(entry.calls.length, 3);
});

Deno.test("a look that is a second late at most counts", () => {
  const { registry, lookAfter } = lookedAtByHand();
  const entry = new Entry(registry, "never");
  lookAfter(1_000);
  lookAfter(999);
  assertEquals(entry.calls, ["look 2000", "look 2999"]);
});

Deno.test("a registry that was empty for long is not late when somebody comes", () => {
  const { clock, registry, lookAfter } = lookedAtByHand();
  registry.delete(new Entry(registry, "never"));
  clock.pass(60_000);
  const entry = new Entry(registry, "never");
  lookAfter(250);
  assertEquals(entry.calls, ["look 61250"]);
});

Deno.test("a registry shuts down everybody, whoever leaves at once", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const entries = Array.from({ length: 10 }, () => new Entry(registry, "shutdown"));
  await registry.shutdown(1_000);
  assertEquals(entries.map(({ calls }) => calls), Array(10).fill(["shutdown"]));
});

Deno.test("a look looks at everybody, whoever leaves at once", () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const looks: number[] = [];
  for (let i = 0; i < 10; i++) {
    const entry = new Entry(registry, "never");
    entry.look = () => {
      looks.push(i);
      registry.delete(entry);
    };
  }
  clock.pass(250);
  assertEquals(looks.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("a registry that everybody left in time keeps no timer", async () => {
  const clock = new FakeClock();
  const registry = new Registry(clock, sweep);
  const entry = new Entry(registry, "never");
  const done = registry.shutdown(10_000);
  clock.pass(100);
  registry.delete(entry);
  await done;
  assertEquals(clock.pending, 0);
});
