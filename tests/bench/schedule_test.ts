import { assert, assertEquals } from "@std/assert";
import { rest, schedule } from "../../bench/schedule.ts";

const row = (name: string, share = 1) => ({ name, share });

Deno.test("within a row, who is first takes turns: A B, B A, …", () => {
  const turns = schedule([row("a"), row("b")], 6);
  for (const name of ["a", "b"]) {
    const own = turns.filter((turn) => turn.row.name === name);
    assertEquals(own.length, 6);
    for (const [index, { contenderFirst }] of own.entries()) {
      assertEquals(
        contenderFirst,
        index % 2 === 0 ? own[0]!.contenderFirst : !own[0]!.contenderFirst,
      );
    }
  }
});

Deno.test("each row comes once in a round, and each round begins with another one", () => {
  const turns = schedule([row("a"), row("b"), row("c")], 3);
  const rounds = [0, 1, 2].map((round) =>
    turns.filter((turn) => turn.round === round).map((turn) => turn.row.name).join("")
  );
  assertEquals(rounds, ["abc", "bca", "cab"]);
});

Deno.test("a row with a share takes part in as many rounds, spread over the run", () => {
  const turns = schedule([row("ours"), row("peer", 1 / 3)], 15);
  const rounds = turns.filter((turn) => turn.row.name === "peer").map((turn) => turn.round);
  assertEquals(rounds, [0, 3, 6, 9, 12]);
  const firsts = turns.filter((turn) => turn.row.name === "peer");
  assertEquals(new Set(firsts.map(({ contenderFirst }) => contenderFirst)).size, 2);
});

Deno.test("every row is measured, however few rounds there are", () => {
  for (let rounds = 1; rounds < 20; rounds++) {
    const turns = schedule([row("peer", 1 / 5), row("ours")], rounds);
    assert(turns.some((turn) => turn.row.name === "peer"), `${rounds} rounds`);
    assert(turns.filter((turn) => turn.row.name === "ours").length === rounds);
  }
  assertEquals(schedule([], 3), []);
});

Deno.test("a run that goes on leaves out what was measured, row by row, and keeps the order of the rest", () => {
  const turns = schedule([row("a"), row("b"), row("peer", 1 / 3)], 6);
  const pairs: Record<string, number> = { a: 2, b: 6, peer: 1 };
  const left = rest(turns, ({ name }) => pairs[name]!);
  assertEquals(left, turns.filter((turn) => left.includes(turn)));
  const rounds = (name: string) =>
    left.filter((turn) => turn.row.name === name).map(({ round }) => round);
  assertEquals([rounds("a"), rounds("b"), rounds("peer")], [[2, 3, 4, 5], [], [3]]);
  assertEquals(rest(turns, () => 0), turns);
});
