import { assertEquals, assertRejects } from "@std/assert";
import { Answers, Cut, Unanswered } from "../../src/brokers/answers.ts";
import { FakeClock } from "../support/fake_clock.ts";

class Refusal extends Error {}

const engine = {
  name: "redis",
  refuses: (error: unknown): error is Error => error instanceof Refusal,
};

function answers() {
  const clock = new FakeClock();
  return { clock, answers: new Answers(engine, clock) };
}

Deno.test("what is answered in time is the answer, and no timer is left", async () => {
  const { clock, answers: a } = answers();
  assertEquals(await a.wait(Promise.resolve(5), "a question"), 5);
  await assertRejects(() => a.wait(Promise.reject(new Refusal("NOPERM")), "a question"), Refusal);
  assertEquals(clock.pending, 0);
});

Deno.test("what is not answered in five seconds is no answer", async () => {
  const { clock, answers: a } = answers();
  const waiting = a.wait(new Promise(() => {}), "a question");
  clock.pass(4_999);
  clock.pass(1);
  const error = await assertRejects(() => waiting, Unanswered);
  assertEquals(error.message, "redis has not answered a question for 5 s");
  assertEquals(error instanceof Cut, false);
});

Deno.test("a cut ends all that wait, and whatever a client says of it is a cut", async () => {
  const { clock, answers: a } = answers();
  const waiting = [1, 2].map(() => a.wait(new Promise(() => {}), "a question"));
  a.cut();
  for (const one of waiting) await assertRejects(() => one, Cut, "The connection to redis was cut");
  const cause = new Error("no connection");
  const error = await assertRejects(() => a.wait(Promise.reject(cause), "a question"), Cut);
  assertEquals([error.cause, clock.pending], [cause, 0]);
});
