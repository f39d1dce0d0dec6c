import { assertEquals } from "@std/assert";
import { Pair } from "../../src/brokers/pair.ts";

function pair() {
  const told: string[] = [];
  const both = new Pair({
    ready: () => told.push("ready"),
    gone: (cause) => told.push(`gone: ${cause}`),
    message: (channel, bytes) => told.push(`${channel} ${bytes.length}`),
    moved: () => told.push("moved"),
  });
  return { told, both };
}

Deno.test("two are ready when both are, and gone as soon as one is, once each", () => {
  const { told, both } = pair();
  const [one, other] = [{}, {}];
  both.ready(one);
  both.ready(one);
  assertEquals(told, []);
  both.ready(other);
  both.ready(one);
  both.message("room", new Uint8Array(3));
  both.moved();
  assertEquals([told.splice(0), both.over], [["ready", "room 3", "moved"], false]);
  both.gone("cut");
  both.gone("cut");
  assertEquals([told, both.over], [["gone: cut"], true]);
});

Deno.test("what is gone or closed tells nothing any more", () => {
  for (const how of ["gone", "close"] as const) {
    const { told, both } = pair();
    both[how]("x");
    told.length = 0;
    both.ready({});
    both.ready({});
    both.gone("late");
    both.message("room", new Uint8Array(0));
    both.moved();
    assertEquals(told, [], how);
  }
});
