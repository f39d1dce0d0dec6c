import { assertEquals, assertMatch } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { Calls } from "../../src/hubs/calls.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { upload } from "../../src/hubs/parameters.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { call as declare } from "../../src/hubs/parameters.ts";
import { number, text, truth } from "../fixtures/schemas.ts";
import { Listening } from "../support/diagnostics.ts";
import { client, hubState } from "../support/fake_transport.ts";

const FAILED = (name: string) => `An unexpected error occurred invoking '${name}' on the server.`;

/** The calls of a client, whose handlers can be held. */
function calls(options: HubOptions<unknown, ClientSide> = {}, started = true) {
  const began: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<unknown>>();
  const gate = (name: string) => {
    began.push(name);
    gates.set(name, Promise.withResolvers());
    return gates.get(name)!.promise;
  };
  const signals: AbortSignal[] = [];
  const hub = hubState(
    {
      echo: makeCallable("method", [text], (_context: never, value: never) => value),
      hold: makeCallable("method", [text], (context: never, name: never) => {
        signals.push((context as { signal: AbortSignal }).signal);
        return gate(name);
      }),
      ask: makeCallable(
        "method",
        [],
        (context: never) => (context as AnyContext).clients.caller.question!("?"),
      ),
      stuck: makeCallable("stream", [text], async function* (_context: never, name: never) {
        yield 1;
        await gate(name);
      }),
      sum: makeCallable("method", [upload(number)], async (_context: never, numbers: never) => {
        began.push("sum");
        let total = 0;
        for await (const one of numbers as AsyncIterable<number>) total += one;
        return total;
      }),
      later: makeCallable("method", [], (context: never) => {
        const ask = () => (context as AnyContext).clients.caller.question!("?");
        void nextTurn().then(ask);
        return "asks later";
      }),
      leave: makeCallable("method", [text], async (context: never, name: never) => {
        await gate(name);
        (context as AnyContext).connection.abort();
      }),
      two: makeCallable("method", [upload(number), upload(number)], () => gate("two")),
    },
    options,
    { question: declare(text).returns(truth) },
  );
  const made = client(hub);
  const own = new Calls(hub, made.session, made.waiting);
  if (started) own.start();
  let id = 0;
  const call = (target: string, args: unknown[] = [], more: object = {}) => {
    const invocationId = `${++id}`;
    own.call({ type: 1, invocationId, target, arguments: args, ...more } as never, 44);
    return invocationId;
  };
  const got = async () => {
    await nextTurn();
    await nextTurn();
    const { messages } = made.transport;
    made.transport.frames.length = 0;
    return messages;
  };
  return { ...made, calls: own, call, got, began, gates, signals };
}

interface AnyContext {
  readonly connection: { abort(): void };
  readonly clients: { readonly caller: Readonly<Record<string, (text: string) => unknown>> };
}

const done = (invocationId: string, rest: object = {}) => ({ type: 3, invocationId, ...rest });

Deno.test("calls are answered, one after the other", async () => {
  const { call, got, began, gates, waiting } = calls();
  const ids = [call("hold", ["a"]), call("hold", ["b"]), call("echo", ["c"])];
  assertEquals([began, waiting.size], [["a"], 600]);
  gates.get("a")!.resolve("A");
  assertEquals(await got(), [done(ids[0]!, { result: "A" })]);
  assertEquals(began, ["a", "b"]);
  gates.get("b")!.resolve("B");
  assertEquals(await got(), [done(ids[1]!, { result: "B" }), done(ids[2]!, { result: "c" })]);
  assertEquals(waiting.size, 0);
});

Deno.test("what is not there, or is something else, is refused in the words of SignalR", async () => {
  const { call, got, calls: own } = calls();
  call("nope");
  call("stuck", ["x"]);
  call("echo", ["x"], { type: 4 });
  call("echo", ["x"], { streamIds: ["s"] });
  call("sum");
  own.call({ type: 1, target: "nope", arguments: [] }, 0);
  assertEquals((await got()).map(({ error }) => error), [
    "Unknown hub method 'nope'",
    "The client attempted to invoke the streaming 'stuck' method with a non-streaming invocation.",
    "The client attempted to invoke the non-streaming 'echo' method with a streaming invocation.",
    `${FAILED("echo")} HubException: Client sent 1 stream(s), Hub method expects 0.`,
    `${FAILED("sum")} HubException: Client sent 0 stream(s), Hub method expects 1.`,
  ]);
});

Deno.test("a call that waits for its client lets the next one go; a stream has no place to give", async () => {
  const { call, got, calls: own } = calls();
  const asked = call("ask");
  const next = call("echo", ["x"]);
  assertEquals(await got(), [
    { type: 1, invocationId: "s1", target: "question", arguments: ["?"] },
    done(next, { result: "x" }),
  ]);
  own.completion({ type: 3, invocationId: "s1", result: true });
  assertEquals(await got(), [done(asked, { result: true })]);
});

Deno.test("a cancelled stream ends, and counts until it does", async () => {
  const { call, got, calls: own, gates } = calls({ maxStreams: 1 });
  const id = call("stuck", ["a"], { type: 4 });
  assertEquals(await got(), [{ type: 2, invocationId: id, item: 1 }]);
  own.cancel({ type: 5, invocationId: "nothing" });
  own.cancel({ type: 5, invocationId: id });
  assertEquals(await got(), [done(id)]);
  call("stuck", ["b"], { type: 4 });
  assertMatch((await got())[0]!.error as string, /expected at most 1 open streams/);
  gates.get("a")!.resolve(undefined);
  await got();
  const free = call("stuck", ["c"], { type: 4 });
  assertEquals(await got(), [{ type: 2, invocationId: free, item: 1 }]);
});

Deno.test("an id is not used twice at a time, by streams or by uploads", async () => {
  const { got, calls: own, call } = calls({ maxStreams: 2 });
  const stream = { type: 4, invocationId: "x", target: "stuck", arguments: ["a"] } as const;
  own.call(stream, 0);
  own.call(stream, 0);
  assertEquals((await got())[0], done("x", { error: "Invocation ID 'x' is already in use." }));
  call("two", [], { streamIds: ["s", "s"] });
  assertMatch((await got())[0]!.error as string, /expected a new stream id, got s/);
  call("sum", [], { streamIds: ["s"] });
  call("sum", [], { streamIds: ["s"] });
  assertMatch((await got())[0]!.error as string, /expected a new stream id, got s/);
  call("two", [], { streamIds: ["t", "u"] });
  assertMatch((await got())[0]!.error as string, /expected at most 2 open uploads/);
});

Deno.test("an id of a stream that waits for onConnected is in use, too", async () => {
  const { got, calls: own } = calls({}, false);
  const stream = { type: 4, invocationId: "x", target: "stuck", arguments: ["a"] } as const;
  own.call(stream, 0);
  own.call(stream, 0);
  assertEquals(await got(), [done("x", { error: "Invocation ID 'x' is already in use." })]);
});

Deno.test("uploads go to their call, whatever else runs, and are let go of with it", async () => {
  const { call, got, calls: own, waiting, gates } = calls();
  call("hold", ["a"]);
  const sum = call("sum", [], { streamIds: ["s"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 0);
  own.item({ type: 2, invocationId: "s", item: 3 }, 0);
  own.completion({ type: 3, invocationId: "s" });
  assertEquals(await got(), [done(sum, { result: 5 })]);
  call("two", [], { streamIds: ["s", "t"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 100);
  assertEquals(waiting.size, 356);
  gates.get("two")!.resolve(undefined);
  await got();
  assertEquals(waiting.size, 0);
});

Deno.test("what comes before onConnected is done waits, in order, and can be cancelled", async () => {
  const { call, got, calls: own, began, waiting } = calls({}, false);
  const echo = call("echo", ["x"]);
  const sum = call("sum", [], { streamIds: ["s"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 0);
  own.completion({ type: 3, invocationId: "s" });
  const stuck = call("stuck", ["a"], { type: 4 });
  own.cancel({ type: 5, invocationId: stuck });
  assertEquals([await got(), began, waiting.size], [[], [], 3 * 300 + 256]);
  own.start();
  const answers = await got();
  assertEquals(answers.length, 3);
  for (const expected of [done(echo, { result: "x" }), done(stuck), done(sum, { result: 2 })]) {
    assertEquals(
      answers.find(({ invocationId }) => invocationId === expected.invocationId),
      expected,
    );
  }
  assertEquals([began, waiting.size], [["sum"], 0]);
});

Deno.test("when the client is gone, nothing begins, and what runs learns it", async () => {
  const { call, calls: own, began, signals, waiting } = calls();
  call("hold", ["a"]);
  call("hold", ["b"]);
  call("sum", [], { streamIds: ["s"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 0);
  own.end();
  assertEquals([signals.map(({ aborted }) => aborted), waiting.size], [[true], 0]);
  await nextTurn();
  assertEquals(began, ["a", "sum"]);
});

Deno.test("a client that is gone before onConnected is done has called nothing", async () => {
  const { call, calls: own, began, waiting } = calls({}, false);
  call("hold", ["a"]);
  own.end();
  own.start();
  await nextTurn();
  assertEquals([began, waiting.size], [[], 0]);
});

Deno.test("where there is no room, whole uploads are thrown away, too", () => {
  const { call, calls: own, waiting } = calls();
  call("two", [], { streamIds: ["s", "t"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 0);
  own.completion({ type: 3, invocationId: "s" });
  own.end();
  assertEquals(waiting.size, 256);
  own.end(true);
  assertEquals(waiting.size, 0);
});

Deno.test("who asks a client after its own end gives up no place", async () => {
  const { call, got, began } = calls();
  for (let i = 0; i < 3; i++) call("later");
  await got();
  call("hold", ["a"]);
  call("hold", ["b"]);
  await got();
  assertEquals(began, ["a"]);
});

Deno.test("whoever was sent away by a handler calls nothing more, whatever waits in line", async () => {
  const { call, got, began, gates, waiting, transport } = calls({ maxStreams: 1 });
  call("leave", ["a"]);
  call("hold", ["b"]);
  call("hold", ["c"]);
  gates.get("a")!.resolve(undefined);
  assertEquals(await got(), [{ type: 7 }]);
  assertEquals([began, waiting.size, transport.closedWith], [["a"], 0, 1000]);
});

Deno.test("whoever was sent away by onConnected has called nothing", async () => {
  const { call, got, calls: own, began, waiting, session } = calls({}, false);
  call("hold", ["a"]);
  call("stuck", ["b"], { type: 4 });
  call("two", [], { streamIds: ["s", "t"] });
  own.item({ type: 2, invocationId: "s", item: 2 }, 0);
  session.close({ cause: "local", allowReconnect: false });
  own.start();
  await got();
  assertEquals([began, waiting.size], [[], 0]);
});

Deno.test("what is refused is told to whoever listens, by no name that only the client knows", () => {
  using listening = new Listening("call");
  const { call } = calls();
  call("nope");
  call("STUCK", ["x"]);
  assertEquals(listening.all("call").map(({ method, outcome }) => [method, outcome]), [
    [undefined, "refused"],
    ["stuck", "refused"],
  ]);
});

Deno.test("of those that wait for onConnected the first one with an id is cancelled", async () => {
  const { got, calls: own, began, signals } = calls(
    { maximumParallelInvocationsPerClient: 2 },
    false,
  );
  for (const name of ["a", "b"]) {
    own.call({ type: 1, invocationId: "x", target: "hold", arguments: [name] }, 0);
  }
  own.cancel({ type: 5, invocationId: "x" });
  own.start();
  await got();
  assertEquals([began, signals.map(({ aborted }) => aborted)], [["a", "b"], [true, false]]);
});

Deno.test("who cancels has nobody look through all that wait", () => {
  const { calls: own } = calls({}, false);
  let asked = 0;
  for (let i = 0; i < 1_000; i++) {
    const message = {
      type: 1,
      get invocationId() {
        asked++;
        return `${i}`;
      },
      target: "hold",
      arguments: ["a"],
    } as const;
    own.call(message, 0);
  }
  const before = asked;
  for (let i = 0; i < 1_000; i++) own.cancel({ type: 5, invocationId: "nothing" });
  assertEquals(asked, before);
});
