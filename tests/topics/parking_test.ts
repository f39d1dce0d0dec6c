import { assertEquals } from "@std/assert";
import { Parking } from "../../src/topics/parking.ts";

Deno.test("those who wait go on together, and whoever leaves leaves nothing behind", async () => {
  const parking = new Parking<string>();
  const gone: string[] = [];
  const wait = (who: string) => parking.wait(who).then(() => gone.push(who));
  const all = ["a", "b", "c"].map(wait);
  assertEquals(parking.size, 3);
  parking.leave("b");
  parking.leave("never came");
  await all[1];
  assertEquals([gone, parking.size], [["b"], 2]);
  parking.wake();
  await Promise.all(all);
  assertEquals([gone, parking.size], [["b", "a", "c"], 0]);
  // Who waits again waits for the next time.
  wait("a");
  assertEquals(parking.size, 1);
});
