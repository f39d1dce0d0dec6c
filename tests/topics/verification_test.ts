import { assertEquals } from "@std/assert";
import { Verification } from "../../src/topics/verification.ts";
import { nextTurn } from "../support/memory.ts";

Deno.test("others are asked, and have a moment to answer", () => {
  const verification = new Verification(3_000);
  assertEquals([verification.look(0, false), verification.look(0, true)], ["wait", "ask"]);
  verification.asked(0, []);
  assertEquals([verification.look(499, true), verification.settled], ["wait", false]);
  assertEquals([verification.look(500, true), verification.settled], ["rest", true]);
  assertEquals(verification.look(501, false), "rest");
});

Deno.test("those who are known to have somebody must answer, or are given up", () => {
  const verification = new Verification(3_000);
  verification.asked(0, ["a", "b"]);
  verification.answered("b");
  assertEquals([verification.look(999, true), verification.look(1_000, true)], ["wait", "ask"]);
  verification.asked(1_000, ["a", "b"]);
  assertEquals([...verification.unanswered], ["a"]);
  assertEquals([verification.look(1_999, true), verification.look(2_000, true)], ["wait", "ask"]);
  verification.asked(2_000, ["a"]);
  assertEquals(verification.look(3_000, true), "give-up");
  verification.answered("a");
  assertEquals([verification.look(3_000, true), verification.settled], ["rest", true]);
});

Deno.test("a doubt begins anew", () => {
  const verification = new Verification(3_000);
  verification.asked(0, ["a"]);
  verification.look(10_000, true);
  verification.doubt();
  assertEquals(verification.look(10_000, true), "ask");
  verification.asked(10_000, ["b"]);
  assertEquals([[...verification.unanswered], verification.look(10_999, true)], [["b"], "wait"]);
});

Deno.test("what somebody else asks is as good, where it is wanted", () => {
  const verification = new Verification(3_000);
  verification.overheard(0, ["a"]);
  assertEquals([verification.look(499, true), [...verification.unanswered]], ["wait", ["a"]]);
  // It is being asked already.
  verification.overheard(400, ["b"]);
  verification.answered("a");
  assertEquals(verification.look(500, true), "rest");
  verification.overheard(600, ["c"]);
  assertEquals(verification.settled, true);
});

Deno.test("one that is behind is asked, not again and again, and not before all are", () => {
  const verification = new Verification(3_000);
  assertEquals(verification.behind("a", 0), false);
  verification.asked(0, []);
  verification.look(500, true);
  assertEquals(verification.behind("a", 1_000), true);
  assertEquals([verification.settled, verification.behind("a", 1_499)], [false, false]);
  assertEquals(verification.behind("b", 1_499), true);
  assertEquals(verification.behind("a", 1_999), true);
  assertEquals(verification.look(3_999, true), "ask");
  assertEquals(verification.look(4_000, true), "give-up");
});

Deno.test("who reads waits until it is known, or for a second, or until nobody can be asked", async () => {
  const verification = new Verification(3_000);
  const done: string[] = [];
  const wait = (name: string, now: number) =>
    void verification.wait(now).then(() => done.push(name));
  verification.asked(0, ["a"]);
  wait("early", 0);
  wait("late", 500);
  verification.late(999);
  await nextTurn();
  assertEquals(done, []);
  verification.late(1_000);
  await nextTurn();
  assertEquals(done, ["early"]);
  verification.answered("a");
  verification.look(1_000, true);
  await nextTurn();
  assertEquals(done, ["early", "late"]);
  verification.doubt();
  wait("away", 2_000);
  verification.wake();
  verification.late(9_000);
  await nextTurn();
  assertEquals(done, ["early", "late", "away"]);
});

Deno.test("an answer that came before its question, and said too little, is asked for here, too", () => {
  const verification = new Verification(3_000);
  assertEquals(verification.behind("a", 0), false);
  verification.overheard(0, []);
  assertEquals(verification.look(0, true), "ask");
  verification.asked(0, []);
  verification.doubt();
  verification.overheard(100, []);
  assertEquals(verification.look(100, true), "wait");
});
