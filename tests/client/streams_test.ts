import { assertEquals, assertRejects } from "@std/assert";
import { Calls, type Pending } from "../../src/client/calls.ts";
import { ConnectionLost } from "../../src/client/connection_lost.ts";
import { json } from "../../src/client/json.ts";
import { Outbox } from "../../src/client/outbox.ts";
import { itemsOf } from "../../src/client/streams.ts";

/** Calls that a test answers by hand. */
function someCalls() {
  const opened: { args: readonly unknown[]; pending: Pending }[] = [];
  const cancelled: string[] = [];
  const calls = new Calls(json, new Outbox(1_000));
  calls.begin = (_type, _target, args, pending) => {
    opened.push({ args, pending });
    return `${opened.length}`;
  };
  calls.cancel = (id) => void cancelled.push(id);
  return { calls, opened, cancelled };
}

const lost = () => new ConnectionLost(true);

Deno.test("a stream is opened by whoever loops over it, each time anew, and gives its items in order", async () => {
  const { calls, opened } = someCalls();
  const items = itemsOf(calls, "count", [1]);
  assertEquals(opened.length, 0);
  for (const times of [1, 2]) {
    const got: unknown[] = [];
    const loop = (async () => {
      for await (const item of items) got.push(item);
    })();
    const { pending, args } = opened[times - 1]!;
    pending.item!("a");
    await Promise.resolve();
    pending.item!("b");
    pending.item!("c");
    pending.resolve(undefined);
    await loop;
    assertEquals([got, args, opened.length], [["a", "b", "c"], [1], times]);
  }
});

Deno.test("one that fails gives what has come, and then the reason, once", async () => {
  const { calls, opened } = someCalls();
  const loop = itemsOf(calls, "count", [])[Symbol.asyncIterator]();
  opened[0]!.pending.item!("a");
  opened[0]!.pending.reject(new Error("broken"));
  assertEquals(await loop.next(), { value: "a", done: false });
  await assertRejects(() => loop.next(), Error, "broken");
  assertEquals(await loop.next(), { value: undefined, done: true });
  assertEquals(loop[Symbol.asyncIterator](), loop);
});

Deno.test("whoever leaves a loop says so, even while waiting", async () => {
  const { calls, opened, cancelled } = someCalls();
  const loop = itemsOf(calls, "count", [])[Symbol.asyncIterator]();
  const waits = loop.next();
  opened[0]!.pending.item!("a");
  opened[0]!.pending.item!("b");
  assertEquals(await waits, { value: "a", done: false });
  assertEquals(await loop.return!(), { value: undefined, done: true });
  assertEquals([await loop.next(), cancelled], [{ value: undefined, done: true }, ["1"]]);
  const other = itemsOf(calls, "count", [])[Symbol.asyncIterator]();
  const next = other.next();
  await other.return!();
  assertEquals(await next, { value: undefined, done: true });
});

Deno.test("without a word on where to go on, a lost session is its end", async () => {
  const { calls, opened } = someCalls();
  const loop = itemsOf(calls, "count", [])[Symbol.asyncIterator]();
  opened[0]!.pending.reject(lost());
  await assertRejects(() => loop.next(), ConnectionLost);
});

Deno.test("with one, it goes on behind the last item that has come", async () => {
  const { calls, opened } = someCalls();
  const items = itemsOf(calls, "count", [0]).resumeFrom((last) => [last as number + 1]);
  const loop = items[Symbol.asyncIterator]();
  opened[0]!.pending.reject(lost());
  assertEquals(opened[1]!.args, [0]);
  opened[1]!.pending.item!(0);
  opened[1]!.pending.item!(1);
  opened[1]!.pending.reject(lost());
  assertEquals(opened[2]!.args, [2]);
  opened[2]!.pending.reject(lost());
  assertEquals(opened[3]!.args, [2]);
  opened[3]!.pending.item!(2);
  opened[3]!.pending.resolve(undefined);
  const got: unknown[] = [];
  for await (const item of loop) got.push(item);
  assertEquals(got, [0, 1, 2]);
});

Deno.test("an error of the server is the end, and so is that of the client", async () => {
  const { calls, opened } = someCalls();
  const items = itemsOf(calls, "count", [0]).resumeFrom(() => [1]);
  const failing = items[Symbol.asyncIterator]();
  opened[0]!.pending.reject(new Error("broken"));
  await assertRejects(() => failing.next(), Error, "broken");
  const closed = items[Symbol.asyncIterator]();
  calls.over = { reason: undefined };
  opened[1]!.pending.reject(lost());
  await assertRejects(() => closed.next(), ConnectionLost);
  assertEquals(opened.length, 2);
});

Deno.test("whoever cannot say where to go on is told", async () => {
  const { calls, opened } = someCalls();
  const items = itemsOf(calls, "count", [0]).resumeFrom(() => {
    throw new Error("mine");
  });
  const loop = items[Symbol.asyncIterator]();
  opened[0]!.pending.item!(0);
  opened[0]!.pending.reject(lost());
  await loop.next();
  await assertRejects(() => loop.next(), Error, "mine");
});
