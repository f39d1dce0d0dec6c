import { assertEquals } from "@std/assert";
import { type HubState, StateHolder } from "../../src/client/state.ts";

Deno.test("whoever listens is told of each change, until that is enough", () => {
  const holder = new StateHolder();
  assertEquals(holder.current, { name: "connecting" });
  const told: HubState[] = [];
  const stop = holder.listen((state) => told.push(state));
  const connected: HubState = { name: "connected", resumed: false };
  holder.set(connected);
  assertEquals(holder.current === connected, true);
  stop();
  holder.set({ name: "closed" });
  assertEquals(told, [connected]);
});

Deno.test("one that throws, or that comes or goes meanwhile, keeps nobody from hearing", async () => {
  const { error } = console;
  const faults: unknown[] = [];
  console.error = (fault) => faults.push(fault);
  const holder = new StateHolder();
  const told: string[] = [];
  holder.listen(() => {
    throw "mine";
  });
  const stop = holder.listen(() => {
    told.push("once");
    stop();
    holder.listen(() => told.push("later"));
  });
  holder.listen(() => told.push("always"));
  holder.set({ name: "connected" });
  assertEquals(told, ["once", "always"]);
  holder.set({ name: "closed" });
  assertEquals(told, ["once", "always", "always", "later"]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  console.error = error;
  assertEquals(faults, ["mine", "mine"]);
});
