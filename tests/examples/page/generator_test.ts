import { assert, assertEquals } from "@std/assert";
import { Generator } from "../../../examples/page/generator.js";

/** A world in which time goes on by itself with every message, or when it is told to. */
function world({ cost = 0 } = {}) {
  const tasks: { at: number; task: () => void }[] = [];
  const state = { time: 1_000, sent: [] as string[], buffered: 0, unanswered: 0 };
  const later = (task: () => void, ms: number) => tasks.push({ at: state.time + ms, task });
  const generator = new Generator({
    now: () => state.time,
    soon: (task: () => void) => later(task, 0),
    later,
    send(text: string) {
      state.sent.push(text);
      state.unanswered++;
      state.time += cost;
    },
    buffered: () => state.buffered,
    unanswered: () => state.unanswered,
  });
  const run = (until: number) => {
    for (;;) {
      tasks.sort((a, b) => a.at - b.at);
      if (tasks.length === 0 || tasks[0]!.at > until) break;
      const { at, task } = tasks.shift()!;
      state.time = Math.max(state.time, at);
      task();
    }
    state.time = Math.max(state.time, until);
  };
  return { generator, state, run };
}

const order = { amount: 100, size: 8, rate: 100, window: 0, run: 1 };

Deno.test("page: the generator sends at its rate, numbered and of one size", () => {
  const { generator, state, run } = world();
  assertEquals(generator.progress, undefined);
  generator.start(order);
  assertEquals(state.sent, ["1 ......"]);
  run(1_500);
  assert(Math.abs(state.sent.length - 50) <= 1, `${state.sent.length}`);
  assertEquals(generator.running, true);
  run(3_000);
  assertEquals([state.sent.length, state.sent.at(-1)], [100, "100 ...."]);
  const { sent, why, rate } = generator.progress!;
  assertEquals([sent, why], [100, "Done"]);
  assert(Math.abs(rate - 100) < 2, `${rate}`);
});

Deno.test("page: the generator stops at once, and says how far it was", () => {
  const { generator, state, run } = world();
  generator.start(order);
  run(1_200);
  const { length } = state.sent;
  generator.stop("Stopped");
  generator.stop("Again");
  run(5_000);
  assertEquals([state.sent.length, generator.progress!.why], [length, "Stopped"]);
  assertEquals(generator.progress!.seconds, 0.2);
});

Deno.test("page: no more is unanswered than there may be, and an answer goes on at once", () => {
  const { generator, state, run } = world();
  generator.start({ ...order, window: 5 });
  run(1_500);
  assertEquals([state.sent.length, generator.progress!.held], [5, true]);
  state.unanswered = 3;
  generator.answered();
  assertEquals([state.sent.length, generator.progress!.held], [7, true]);
  state.unanswered = 0;
  run(1_504);
  assertEquals(state.sent.length, 12);
});

Deno.test("page: the generator waits for a browser that has enough to send", () => {
  const { generator, state, run } = world();
  state.buffered = 4 * 1024 * 1024;
  generator.start(order);
  run(1_500);
  assertEquals(state.sent.length, 0);
  state.buffered = 0;
  run(1_600);
  assert(state.sent.length >= 50);
});

Deno.test("page: at any rate others have their turn, every few milliseconds", () => {
  const { generator, state, run } = world({ cost: 1 });
  generator.start({ ...order, amount: 1_000_000, rate: 1_000_000 });
  assertEquals(state.sent.length, 1);
  for (const [time, sent] of [[2_000, 9], [2_008, 17]] as const) {
    state.time = time;
    run(time);
    assertEquals(state.sent.length, sent);
  }
});

Deno.test("page: what is left of an older run does not send", () => {
  const { generator, state, run } = world();
  generator.start(order);
  generator.stop("Stopped");
  generator.start({ ...order, amount: 2, rate: 1, run: 2 });
  assertEquals(generator.progress!.run, 2);
  run(10_000);
  assertEquals(state.sent, ["1 ......", "1 ......", "2 ......"]);
});
