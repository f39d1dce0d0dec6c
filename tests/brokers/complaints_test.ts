import { assertEquals } from "@std/assert";
import { Complaints } from "../../src/brokers/complaints.ts";
import { FakeClock } from "../support/fake_clock.ts";

function complaining() {
  const clock = new FakeClock();
  const told: unknown[] = [];
  return { clock, told, complaints: new Complaints(clock, (error) => told.push(error)) };
}

Deno.test("each kind is told once a minute, however often it happens", () => {
  const { clock, told, complaints } = complaining();
  for (let second = 0; second < 120; second++) {
    complaints.tell("a", second);
    if (second % 2 === 0) complaints.tell("b", `b ${second}`);
    clock.pass(1_000);
  }
  assertEquals(told, [0, "b 0", 60, "b 60"]);
});

Deno.test("kinds that clients can make up are told a hundred times a minute at most", () => {
  const { clock, told, complaints } = complaining();
  for (let i = 0; i < 10_000; i++) complaints.tell(`no permission for ${i}`, i);
  assertEquals(told.length, 100);
  clock.pass(60_000);
  complaints.tell("something else", "news");
  assertEquals(told.at(-1), "news");
});

Deno.test("what happens after all was well is news again", () => {
  const { told, complaints } = complaining();
  complaints.tell("a", 1);
  complaints.forget();
  complaints.tell("a", 2);
  assertEquals(told, [1, 2]);
});
