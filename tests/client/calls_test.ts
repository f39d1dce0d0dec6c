import { assertEquals, assertThrows } from "@std/assert";
import { Calls } from "../../src/client/calls.ts";
import type { ConnectionLost } from "../../src/client/connection_lost.ts";
import { json } from "../../src/client/json.ts";
import type { Line } from "../../src/client/line.ts";
import { Outbox } from "../../src/client/outbox.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp(connected = true) {
  const outbox = new Outbox(1_000);
  const calls = new Calls(json, outbox);
  const sent: Record<string, unknown>[] = [];
  const line = {
    live: true,
    waiting: 0,
    send: (data: string) => void sent.push(JSON.parse(data.slice(0, -1))),
  } as unknown as Line;
  if (connected) outbox.attach(line);
  const settled: unknown[] = [];
  const begin = (type: 1 | 4, target: string, ...args: unknown[]) =>
    calls.begin(type, target, args, {
      item: (item) => settled.push(["item", item]),
      resolve: (result) => settled.push(["result", result]),
      reject: (error) => settled.push(error),
    });
  return { outbox, calls, sent, line, settled, begin };
}

Deno.test("a call is sent, and settles with its answer, once", () => {
  const { calls, sent, settled, begin } = setUp();
  const id = begin(1, "add", 1, 2, undefined);
  assertEquals(sent, [{ type: 1, invocationId: id, target: "add", arguments: [1, 2] }]);
  assertEquals(calls.size, 1);
  calls.complete({ type: 3, invocationId: id, result: 3 });
  calls.complete({ type: 3, invocationId: id, result: 4 });
  assertEquals([settled, calls.size], [[["result", 3]], 0]);
});

Deno.test("what the server says went wrong is its error", () => {
  const { calls, settled, begin } = setUp();
  calls.complete({ type: 3, invocationId: begin(1, "a"), error: "b HubException: c" });
  const [error] = settled as Error[];
  assertEquals([error!.name, error!.message], ["HubError", "c"]);
});

Deno.test("a stream gets its items; who wants no more of it says so, if it was sent", () => {
  const { calls, sent, settled, begin } = setUp();
  const id = begin(4, "count");
  calls.item(id, "a");
  calls.item("other", "b");
  calls.cancel(id);
  calls.cancel(id);
  calls.item(id, "c");
  assertEquals(settled, [["item", "a"]]);
  assertEquals(sent.slice(1), [{ type: 5, invocationId: id }]);
  const early = setUp(false);
  early.calls.cancel(early.begin(4, "count"));
  early.outbox.attach(early.line);
  assertEquals(early.sent, []);
});

Deno.test("arguments are those of the call, whatever happens to them afterwards", () => {
  const { outbox, line, sent, begin } = setUp(false);
  const list = [1];
  begin(1, "a", list);
  list.push(2);
  outbox.attach(line);
  assertEquals(sent[0]!.arguments, [[1]]);
});

Deno.test("arguments that would get lost are an error, and nothing is left of the call", () => {
  const { calls, begin } = setUp();
  assertThrows(() => begin(1, "a", () => {}), TypeError, "expected what JSON can carry");
  assertEquals(calls.size, 0);
});

Deno.test("with a session go the calls that were sent in it, and no others", () => {
  const { calls, outbox, line, settled, begin, sent } = setUp();
  begin(1, "sent");
  outbox.attach();
  begin(1, "waits");
  const reason = new Error("the cable");
  outbox.lose();
  calls.lose(reason, false);
  const [lost] = settled as ConnectionLost[];
  assertEquals([settled.length, lost!.maybeRan, lost!.cause], [1, true, reason]);
  outbox.attach(line);
  assertEquals(sent.map(({ target }) => target), ["sent", "waits"]);
});

Deno.test("with the client go all, and none begins any more", () => {
  const { calls, outbox, settled, begin } = setUp();
  begin(1, "sent");
  outbox.attach();
  begin(1, "waits");
  calls.lose("closed", true);
  begin(1, "late");
  const lost = settled as ConnectionLost[];
  assertEquals(lost.map(({ maybeRan, cause }) => [maybeRan, cause]), [
    [true, "closed"],
    [false, "closed"],
    [false, "closed"],
  ]);
  assertEquals(calls.size, 0);
});

Deno.test("what can be looped over is uploaded, when the call is sent", async () => {
  const { calls, outbox, line, sent, begin } = setUp(false);
  let asked = 0;
  const items = (async function* () {
    for (; asked < 2; asked++) yield asked;
  })();
  const id = begin(1, "sum", "a", items, [1]);
  await turn();
  assertEquals(asked, 0);
  outbox.attach(line);
  await turn();
  const streamIds = sent[0]!.streamIds as string[];
  assertEquals(sent, [
    { type: 1, invocationId: id, target: "sum", arguments: ["a", [1]], streamIds },
    { type: 2, invocationId: streamIds[0], item: 0 },
    { type: 2, invocationId: streamIds[0], item: 1 },
    { type: 3, invocationId: streamIds[0] },
  ]);
  assertEquals(streamIds.length === 1 && streamIds[0] !== id && calls.size === 1, true);
});

Deno.test("the next item is asked for when the last one is on its way", async () => {
  const { outbox, line, begin } = setUp();
  let asked = 0;
  begin(
    1,
    "sum",
    (async function* () {
      for (;; asked++) yield asked;
    })(),
  );
  // What has no number waits for the network, and what has one for its acknowledgement.
  (line as { waiting: number }).waiting = 1_000;
  await turn();
  const before = asked;
  await turn();
  assertEquals(asked, before);
  (line as { waiting: number }).waiting = 0;
  outbox.pump();
  (line as { waiting: number }).waiting = 1_000;
  await turn();
  assertEquals(asked > before, true);
});

Deno.test("an upload that fails says why, and so does one that cannot be sent", async () => {
  const { sent, begin } = setUp();
  begin(
    1,
    "sum",
    (async function* () {
      yield 1;
      throw new Error("the disk is full");
    })(),
  );
  await turn();
  assertEquals(sent.at(-1)!.error, "the disk is full");
  begin(
    1,
    "sum",
    (async function* () {
      yield () => {};
    })(),
  );
  await turn();
  assertEquals((sent.at(-1)!.error as string).startsWith("Cannot send to a hub"), true);
});

Deno.test("an upload for a call that is over ends, and says nothing more", async () => {
  const { calls, sent, begin } = setUp();
  let left = false;
  const gate = Promise.withResolvers<void>();
  const id = begin(
    1,
    "sum",
    (async function* () {
      try {
        yield 1;
        await gate.promise;
        yield 2;
      } finally {
        left = true;
      }
    })(),
  );
  await turn();
  calls.complete({ type: 3, invocationId: id });
  gate.resolve();
  await turn();
  assertEquals([left, sent.length], [true, 2]);
  const other = begin(1, "sum", (async function* () {})());
  calls.complete({ type: 3, invocationId: other });
  await turn();
  assertEquals(sent.length, 3);
});
