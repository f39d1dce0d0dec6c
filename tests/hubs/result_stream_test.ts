import { assert, assertEquals, assertRejects } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { HubInvocation } from "../../src/hubs/invocation.ts";
import { makeCallable, MethodMap } from "../../src/hubs/methods.ts";
import { sendStream } from "../../src/hubs/result_stream.ts";
import { client } from "../support/fake_transport.ts";

const made = makeCallable("stream", [], () => {});
const callable = new MethodMap({ clock: made }).find("clock")!;

function setUp() {
  const { session, transport } = client();
  const message = { type: 4, invocationId: "1", target: "clock", arguments: [] } as const;
  const call = new HubInvocation(message, callable, 0, session, () => {});
  let released: Promise<unknown> | undefined;
  const send = (items: unknown) => sendStream(session, call, items, (rest) => released = rest);
  const rest = () => released;
  return { session, transport, call, send, rest };
}

const item = (value: unknown) => ({ type: 2, invocationId: "1", item: value });

Deno.test("items are sent in order, and nothing is left running", async () => {
  const { transport, send, rest } = setUp();
  await send((async function* () {
    for (let i = 0; i < 3; i++) yield i;
  })());
  await rest();
  await nextTurn();
  assertEquals(transport.messages, [item(0), item(1), item(2)]);
});

Deno.test("what cannot be looped over is an error that says so", async () => {
  const { send } = setUp();
  for (
    const [items, got] of [[5, "number"], [null, "null"], [[1], "a list"], [undefined, "undefined"]]
  ) {
    await assertRejects(
      () => send(items),
      TypeError,
      `Cannot stream clock: expected an AsyncIterable from its handler, got ${got}`,
    );
  }
});

Deno.test("what the handler throws is thrown, after what it has yielded", async () => {
  const { transport, send, rest } = setUp();
  await assertRejects(
    () =>
      send((async function* () {
        yield 1;
        throw new Error("broken");
      })()),
    Error,
    "broken",
  );
  await rest();
  await nextTurn();
  assertEquals(transport.messages, [item(1)]);
});

Deno.test("others have their turn, however eager the handler is", async () => {
  const { transport, call, send } = setUp();
  const sending = send((async function* () {
    for (let i = 0; i < 10_000; i++) yield i;
  })());
  await nextTurn();
  await nextTurn();
  call.cancel();
  await sending;
  await nextTurn();
  const { length } = transport.messages;
  assert(length >= 64 && length < 1_000, `${length}`);
});

Deno.test("no more is asked for than the client takes", async () => {
  const { transport, send } = setUp();
  let asked = 0;
  transport.bufferedAmount = 64 * 1024 + 1;
  const sending = send((async function* () {
    for (; asked < 3; asked++) yield asked;
  })());
  for (let i = 0; i < 5; i++) await nextTurn();
  assertEquals([asked, transport.messages], [0, [item(0)]]);
  transport.drain();
  await sending;
  await nextTurn();
  assertEquals([asked, transport.messages.length], [3, 3]);
});

Deno.test("what waits here only goes out at once, and is not waited for", async () => {
  const { transport, send } = setUp();
  await send((async function* () {
    for (let i = 0; i < 3; i++) yield "x".repeat(64 * 1024);
  })());
  assertEquals(transport.frames.length, 3);
});

Deno.test("a loop that is cancelled ends at once, whatever it waits for", async () => {
  const { call, send, rest } = setUp();
  const gate = Promise.withResolvers<void>();
  let [ended, over] = [false, false];
  const sending = send((async function* () {
    try {
      yield 1;
      await gate.promise;
    } finally {
      ended = true;
    }
  })());
  await nextTurn();
  call.cancel();
  await sending;
  void rest()?.then(() => over = true);
  await nextTurn();
  assertEquals([ended, over], [false, false]);
  gate.resolve();
  await rest();
  assertEquals(ended, true);
});

Deno.test("a loop that waits for its client ends when it is cancelled", async () => {
  const { transport, call, send } = setUp();
  transport.bufferedAmount = 1_000_000;
  let ended = false;
  const sending = send((async function* () {
    try {
      for (;;) yield 1;
    } finally {
      ended = true;
    }
  })());
  await nextTurn();
  call.cancel();
  await sending;
  assertEquals(ended, true);
});

Deno.test("one that was cancelled before it began is never asked", async () => {
  const { transport, call, send, rest } = setUp();
  call.cancel();
  let asked = 0;
  await send({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(asked++) }) });
  await rest();
  assertEquals([asked, transport.frames], [0, []]);
});

Deno.test("what is thrown because of the cancellation is no fault", async () => {
  const { call, send, rest } = setUp();
  const sending = send((async function* () {
    yield await new Promise((_, reject) =>
      call.signal.addEventListener("abort", () => reject(new Error("aborted")))
    );
  })());
  await nextTurn();
  call.cancel();
  await sending;
  await rest();
});

Deno.test("what is thrown together with the cancellation is no fault either", async () => {
  const { call, send, rest } = setUp();
  await send({
    [Symbol.asyncIterator]: () => ({
      next() {
        call.cancel();
        throw new Error("cancelled");
      },
    }),
  });
  await rest();
});

Deno.test("one that is cancelled while it is asked is not waited for", async () => {
  const { transport, call, send, rest } = setUp();
  const gate = Promise.withResolvers<IteratorResult<number>>();
  await send({
    [Symbol.asyncIterator]: () => ({
      next() {
        call.cancel();
        return gate.promise;
      },
    }),
  });
  assertEquals(transport.frames, []);
  gate.resolve({ value: 1, done: false });
  await rest();
});

Deno.test("what a loop throws when it is left is reported, unless it has only given up", async () => {
  for (
    const [error, reported] of [
      [new Error("in finally"), ["in finally"]],
      [new DOMException("gave up", "AbortError"), []],
    ] as const
  ) {
    const { transport, call, send, rest } = setUp();
    transport.bufferedAmount = 1_000_000;
    const sending = send({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ value: "x".repeat(70_000), done: false }),
        return: () => Promise.reject(error),
      }),
    });
    await nextTurn();
    call.cancel();
    await sending;
    await rest();
    assertEquals(transport.reported, [...reported]);
  }
});
