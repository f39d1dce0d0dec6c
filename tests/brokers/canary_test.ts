import { assert, assertEquals } from "@std/assert";
import { Canary } from "../../src/brokers/canary.ts";

Deno.test("one is sent in each period as long as all come back", () => {
  const canary = new Canary();
  const steps = Array.from({ length: 6 }, () => {
    const step = canary.step();
    if (step === "send") canary.came(canary.next());
    return step;
  });
  assertEquals(steps, ["wait", "send", "wait", "send", "wait", "send"]);
});

Deno.test("two that are missing in a row are an alarm, one is not", () => {
  const canary = new Canary();
  canary.next();
  assertEquals([canary.back, canary.step()], [false, "send"]);
  assert(canary.came(canary.next()));
  assertEquals([canary.back, canary.step()], [true, "wait"]);
  canary.next();
  assertEquals(canary.step(), "send");
  // A late one says that something got through once, not that it does now.
  assert(canary.came(1));
  canary.next();
  assertEquals([canary.back, canary.step()], [false, "alarm"]);
  canary.reset();
  assertEquals([canary.back, canary.step()], [true, "wait"]);
});

Deno.test("a number that was never sent is somebody else's", () => {
  const canary = new Canary();
  canary.next();
  assert(!canary.came(2));
  assertEquals(canary.back, false);
});
