import { assertEquals } from "@std/assert";
import { type Block, LOOK, LoopWatch } from "../../src/telemetry/loop_watch.ts";

const SOURCE = { path: "/ws", connectionId: "a" };

function setUp(limit = 1_000) {
  const blocks: Block[] = [];
  let now = 5_000;
  const watch = new LoopWatch(() => now, limit, (block) => void blocks.push(block));
  return { watch, blocks, pass: (ms: number) => void (now += ms) };
}

Deno.test("a loop that is on time is not late", () => {
  const { watch, blocks, pass } = setUp();
  for (let i = 0; i < 20; i++) {
    pass(LOOK);
    assertEquals(watch.look(), 0);
  }
  // A timer may also be early.
  pass(LOOK - 1);
  assertEquals([watch.look(), blocks], [0, []]);
});

Deno.test("lateness is what is above the time between two looks", () => {
  const { watch, blocks, pass } = setUp();
  pass(LOOK + 70);
  assertEquals(watch.look(), 70);
  pass(LOOK);
  assertEquals([watch.look(), blocks], [0, []]);
});

Deno.test("a handler that blocks is told with its connection, by the timer that comes late", () => {
  const { watch, blocks, pass } = setUp();
  pass(LOOK);
  watch.look();
  pass(100);
  watch.received(SOURCE);
  pass(1_300);
  watch.look();
  assertEquals(blocks, [{ seconds: 1.3, ...SOURCE }]);
  pass(LOOK);
  watch.look();
  assertEquals(blocks.length, 1);
});

Deno.test("… or by the message that waited behind it, and once", () => {
  const { watch, blocks, pass } = setUp();
  watch.received(SOURCE);
  pass(2_000);
  watch.received({ path: "/other", connectionId: "b" });
  watch.look();
  assertEquals(blocks, [{ seconds: 2, ...SOURCE }]);
});

Deno.test("what blocks without a message is told without a connection", () => {
  const { watch, blocks, pass } = setUp();
  watch.received(SOURCE);
  pass(LOOK);
  watch.look();
  pass(1_500);
  watch.look();
  assertEquals(blocks, [{ seconds: 1.5, path: undefined, connectionId: undefined }]);
});

Deno.test("many handlers of which each is short are no block, however late the timer is", () => {
  const { watch, blocks, pass } = setUp();
  for (let i = 0; i < 500; i++) {
    watch.received(SOURCE);
    pass(10);
  }
  assertEquals(watch.look(), 5_000 - LOOK);
  assertEquals(blocks, []);
});

Deno.test("silence before the timer is due is none", () => {
  const { watch, blocks, pass } = setUp(LOOK / 2);
  pass(LOOK - 1);
  watch.received(SOURCE);
  assertEquals(blocks, []);
});

Deno.test("a little less than the limit is no block", () => {
  const { watch, blocks, pass } = setUp();
  pass(1);
  watch.received(SOURCE);
  pass(999);
  watch.look();
  assertEquals(blocks, []);
});
