import { assertEquals } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { withGlobals } from "../support/globals.ts";

Deno.test("the next turn comes after all microtasks, and after what waits already", async () => {
  const order: string[] = [];
  const turn = nextTurn().then(() => order.push("turn"));
  const microtask = async () => {
    for (let i = 0; i < 100; i++) await undefined;
    order.push("microtask");
  };
  await Promise.all([turn, microtask()]);
  assertEquals(order, ["microtask", "turn"]);
});

Deno.test("where nothing immediate is to be had, a timer does", async () => {
  await withGlobals({ setImmediate: undefined }, () => nextTurn());
});
