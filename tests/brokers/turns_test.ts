import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../src/brokers/turns.ts";

Deno.test("no more run at a time than may, and the others come in their order", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((i) =>
    turns.run(() => new Promise<number>((resolve) => (begun.push(i), ends[i] = () => resolve(i))))
  );
  await Promise.resolve();
  assertEquals(begun, [0, 1]);
  ends[1]!();
  assertEquals(await all[1], 1);
  assertEquals(begun, [0, 1, 2]);
  ends[0]!();
  await all[0];
  ends[2]!();
  await new Promise((resolve) => setTimeout(resolve));
  ends[3]!();
  assertEquals(await Promise.all(all), [0, 1, 2, 3]);
  assertEquals(await turns.run(() => Promise.resolve("free again")), "free again");
});

Deno.test("a task that fails makes room like any other", async () => {
  const turns = new Turns(1);
  await assertRejects(() => turns.run(() => Promise.reject(new Error("failed"))), Error, "failed");
  assertEquals(await turns.run(() => Promise.resolve(1)), 1);
});
