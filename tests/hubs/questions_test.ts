import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubError } from "../../src/hubs/hub_error.ts";
import type { Verdict } from "../../src/hubs/parcel.ts";
import { Questions } from "../../src/hubs/questions.ts";

/** Questions, with what asks and answers in one line each. */
function setUp() {
  const questions = new Questions();
  const ask = (asked: readonly string[], now = 0) => {
    let number = 0;
    const answer = questions.ask(asked, now, (given) => number = given);
    return { number, answer };
  };
  const answer = (number: number, from: string, verdict: Verdict, body = "", error?: string) =>
    questions.answered({ kind: "answer", from, number, verdict, error }, body);
  return { questions, ask, answer };
}

Deno.test("the one that has it answers, and the others say that they have not", async () => {
  const { questions, ask, answer } = setUp();
  const [one, two] = [ask(["a", "b"]), ask(["a", "b"])];
  assertEquals([one.number, two.number, questions.size], [1, 2, 2]);
  answer(one.number, "a", "no");
  answer(one.number, "b", "done", "result");
  assertEquals(await one.answer, { from: "b", body: "result" });
  // What comes late is nothing any more.
  answer(one.number, "b", "done", "again");
  answer(two.number, "a", "no");
  answer(two.number, "stranger", "no");
  answer(two.number, "b", "no");
  assertEquals([await two.answer, questions.size], [undefined, 0]);
});

Deno.test("an error of the other process rejects, with its words if there are some", async () => {
  const { ask, answer } = setUp();
  const [one, two] = [ask(["a"]), ask(["a"])];
  answer(one.number, "a", "failed", "", "because");
  answer(two.number, "a", "failed");
  await assertRejects(() => one.answer, HubError, "because");
  await assertRejects(() => two.answer, HubError, "the other process has failed");
});

Deno.test("nobody waits for more than five seconds, but for who has it", async () => {
  const { questions, ask, answer } = setUp();
  const [silent, taken] = [ask(["a", "b"], 10), ask(["a", "b"], 10)];
  answer(taken.number, "b", "taken");
  questions.look(5_009);
  assertEquals(questions.size, 2);
  questions.look(5_010);
  await assertRejects(() => silent.answer, HubError, "to answer within 5 s, got nothing");
  answer(taken.number, "b", "done", "late");
  assertEquals((await taken.answer)?.body, "late");
});

Deno.test("a process that is lost answers nothing: others may still", async () => {
  const { questions, ask, answer } = setUp();
  const [both, one, taken] = [ask(["a", "b"]), ask(["a"]), ask(["a", "b"])];
  answer(taken.number, "a", "taken");
  questions.lost("a", false);
  for (const { answer } of [one, taken]) await assertRejects(() => answer, HubError, "is lost");
  assertEquals(questions.size, 1);
  answer(both.number, "b", "done", "here");
  assertEquals((await both.answer)?.body, "here");
});

Deno.test("if the others have not got it, the one that is lost may have had it, unless it has left", async () => {
  const { questions, ask, answer } = setUp();
  const [before, behind] = [ask(["a", "b"]), ask(["a", "b"])];
  answer(before.number, "b", "no");
  questions.lost("a", false);
  await assertRejects(() => before.answer, HubError, "the process that was asked is lost");
  answer(behind.number, "b", "no");
  await assertRejects(() => behind.answer, HubError, "the process that was asked is lost");
  const [left, last, other] = [ask(["a", "b"]), ask(["a"]), ask(["c"])];
  questions.lost("a", true);
  answer(left.number, "b", "no");
  assertEquals(await left.answer, undefined);
  await assertRejects(() => last.answer, HubError, "the process that was asked is lost");
  questions.lost("stranger", false);
  assertEquals(questions.size, 1);
  answer(other.number, "c", "no");
  assertEquals(await other.answer, undefined);
});

Deno.test("when answers may be lost, those are told that wait without an end; at the end, all", async () => {
  const { questions, ask, answer } = setUp();
  const [asked, taken] = [ask(["a"]), ask(["a"])];
  answer(taken.number, "a", "taken");
  questions.doubt("may be lost");
  await assertRejects(() => taken.answer, HubError, "may be lost");
  assertEquals(questions.size, 1);
  questions.end("the end");
  await assertRejects(() => asked.answer, HubError, "the end");
  const unsent = ask(["a"]);
  questions.failed(unsent.number, "not sent", "because");
  questions.failed(unsent.number, "again");
  assertEquals((await assertRejects(() => unsent.answer, HubError, "not sent")).cause, "because");
});

Deno.test("what cannot be asked is no question, and there is an end of how many are", async () => {
  const { questions, ask } = setUp();
  const fail = () => {
    throw new RangeError("too large");
  };
  assertThrows(() => questions.ask(["a"], 0, fail), RangeError, "too large");
  assertEquals(questions.size, 0);
  for (let i = 0; i < 10_000; i++) ask(["a"]);
  assertThrows(() => ask(["a"]), HubError, "expected at most 10000 questions");
  questions.end("the end");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(questions.size, 0);
});
