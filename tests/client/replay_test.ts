import { assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { Replay } from "../../src/client/replay.ts";

Deno.test("what is sent is kept until it is acknowledged", () => {
  const replay = new Replay();
  for (const text of ["a", "bc", "def"]) replay.add(text);
  assertEquals([replay.first, replay.size, replay.kept], [1, 6, ["a", "bc", "def"]]);
  replay.acknowledge(2);
  assertEquals([replay.first, replay.size, replay.kept], [3, 3, ["def"]]);
  replay.acknowledge(1);
  assertEquals([replay.first, replay.size], [3, 3]);
  replay.acknowledge(3);
  assertEquals([replay.first, replay.size, replay.kept], [4, 0, []]);
});

Deno.test("what comes is acknowledged once, and at once if it is much", () => {
  const replay = new Replay();
  assertEquals(replay.acknowledgement(), undefined);
  replay.take(16_384);
  assertEquals(replay.due, false);
  replay.take(1);
  assertEquals(replay.due, true);
  assertEquals(replay.acknowledgement(), 2);
  assertEquals([replay.due, replay.acknowledgement()], [false, undefined]);
});

Deno.test("after a cut, what has come before does not count again", () => {
  const replay = new Replay();
  assertEquals([replay.take(1), replay.take(1)], [true, true]);
  assertEquals(replay.acknowledgement(), 2);
  replay.wait();
  assertEquals(replay.take(1), false);
  replay.goOn(2);
  assertEquals([replay.take(1), replay.take(1)], [false, true]);
  assertEquals(replay.acknowledgement(), 3);
});

Deno.test("the other side may not know the last acknowledgement: it is told again", () => {
  const replay = new Replay();
  replay.take(1);
  replay.acknowledgement();
  replay.wait();
  replay.goOn(2);
  assertEquals(replay.acknowledgement(), 1);
});

Deno.test("messages that are missing are an error", () => {
  const replay = new Replay();
  replay.take(1);
  replay.goOn(2);
  assertThrows(() => replay.goOn(3), Error, "the server does not send all");
});

/** What may happen between two sides. */
const step = fc.oneof(
  fc.constant("send" as const),
  fc.constant("deliver" as const),
  fc.constant("acknowledge" as const),
  fc.constant("deliver acknowledgement" as const),
  fc.constant("cut" as const),
);

Deno.test("whatever is lost at whatever cuts, each message arrives once, and in order", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const [near, far] = [new Replay(), new Replay()];
    // The model: all that was sent, and what is on its way in both directions.
    let sent = 0;
    let way: number[] = [];
    let acknowledgements: number[] = [];
    const arrived: number[] = [];
    const deliver = () => {
      const message = way.shift();
      if (message !== undefined && far.take(1)) arrived.push(message);
    };
    const settle = () => {
      while (way.length > 0) deliver();
      while (acknowledgements.length > 0) near.acknowledge(acknowledgements.shift()!);
    };
    const cut = () => {
      acknowledgements = [];
      far.wait();
      far.goOn(near.first);
      way = near.kept.map(Number);
    };
    for (const what of steps) {
      if (what === "send") {
        near.add(`${++sent}`);
        way.push(sent);
      } else if (what === "deliver") deliver();
      else if (what === "cut") cut();
      else if (what === "acknowledge") {
        const id = far.acknowledgement();
        if (id !== undefined) acknowledgements.push(id);
      } else if (acknowledgements.length > 0) near.acknowledge(acknowledgements.shift()!);
      assertEquals(near.first + near.kept.length, sent + 1);
      assertEquals(near.size, near.kept.join("").length);
    }
    cut();
    settle();
    assertEquals(arrived, Array.from({ length: sent }, (_, i) => i + 1));
    const last = far.acknowledgement();
    if (last !== undefined) near.acknowledge(last);
    assertEquals([near.kept, near.size], [[], 0]);
  }));
});
