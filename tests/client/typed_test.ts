import { assertEquals } from "@std/assert";
import { type MicrosoftConnection, typed } from "../../src/client/typed.ts";

/** A connection of Microsoft's client, as far as it is used. */
class Connection implements MicrosoftConnection {
  readonly handlers: [string, unknown][] = [];
  readonly called: unknown[][] = [];
  stream_: unknown;

  on(name: string, handler: (...args: never[]) => unknown): void {
    this.handlers.push([name, handler]);
  }

  off(name: string, handler: (...args: never[]) => unknown): void {
    const at = this.handlers.findIndex(([one, other]) => one === name && other === handler);
    this.handlers.splice(at, 1);
  }

  invoke(...call: unknown[]): Promise<unknown> {
    this.called.push(call);
    return Promise.resolve("answer");
  }

  stream(...call: unknown[]): unknown {
    this.called.push(call);
    return this.stream_;
  }
}

type Functions = Readonly<Record<string, (...args: unknown[]) => unknown>>;

function setUp() {
  const connection = new Connection();
  const { on, call, stream } = typed(connection) as unknown as Readonly<
    Record<"on" | "call" | "stream", Functions>
  >;
  return { connection, on, call, stream };
}

Deno.test("handlers come and go", () => {
  const { connection, on } = setUp();
  const [one, other] = [() => {}, () => {}];
  const off = on.message!(one) as () => void;
  on.message!(other);
  assertEquals(connection.handlers, [["message", one], ["message", other]]);
  off();
  assertEquals(connection.handlers, [["message", other]]);
});

Deno.test("methods are called by their names", async () => {
  const { connection, call } = setUp();
  assertEquals(await call.send!("lobby", { a: [1] }, null), "answer");
  assertEquals(connection.called, [["send", "lobby", { a: [1] }, null]]);
  assertEquals(call.send, call.send);
});

Deno.test("a stream is opened when somebody begins to loop over it, each time", async () => {
  const { connection, stream } = setUp();
  connection.stream_ = {
    subscribe(observer: { next(item: unknown): void; complete(): void }) {
      observer.next(1);
      observer.next(2);
      observer.complete();
      return { dispose() {} };
    },
  };
  const items = stream.clock!(1_000) as AsyncIterable<unknown>;
  assertEquals(connection.called, []);
  for (const times of [1, 2]) {
    const got = [];
    for await (const item of items) got.push(item);
    assertEquals([got, connection.called.length], [[1, 2], times]);
  }
  assertEquals(connection.called[0], ["clock", 1_000]);
});

interface Upload {
  subscribe(observer: object): { dispose(): void };
}

/** What an upload has sent to whoever subscribed to it. */
function subscribed(upload: unknown) {
  const events: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  const { dispose } = (upload as Upload).subscribe({
    next: (item: unknown) => events.push(item),
    complete: () => (events.push("complete"), ended.resolve()),
    error: (error: Error) => (events.push(error.message), ended.resolve()),
  });
  return { events, ended: ended.promise, dispose };
}

Deno.test("what can be looped over is uploaded, and nothing else is", async () => {
  const { connection, call, stream } = setUp();
  const items = (async function* () {
    yield 1;
    yield 2;
  })();
  call.sum!("x", items, [1, 2]);
  const [, text, upload, list] = connection.called[0]!;
  assertEquals([text, list], ["x", [1, 2]]);
  const { events, ended } = subscribed(upload);
  await ended;
  assertEquals(events, [1, 2, "complete"]);
  (stream.doubled!(items) as AsyncIterable<unknown>)[Symbol.asyncIterator];
});

Deno.test("an upload that fails says why, and one that is not wanted ends", async () => {
  const { connection, call } = setUp();
  call.sum!((async function* () {
    yield 1;
    throw new Error("the disk is full");
  })());
  const failing = subscribed(connection.called[0]![1]);
  await failing.ended;
  assertEquals(failing.events, [1, "the disk is full"]);
  const left = Promise.withResolvers<void>();
  call.sum!((async function* () {
    try {
      for (let i = 0; i < 1_000; i++) yield i;
    } finally {
      left.resolve();
    }
  })());
  const endless = subscribed(connection.called[1]![1]);
  endless.dispose();
  await left.promise;
  assertEquals(endless.events, []);
});

Deno.test("nobody takes it for a promise", async () => {
  const { on, call, stream } = setUp();
  for (const part of [on, call, stream]) {
    assertEquals([part.then, (part as never)[Symbol.iterator]], [undefined, undefined]);
    assertEquals(await Promise.resolve(part) === part, true);
  }
});
