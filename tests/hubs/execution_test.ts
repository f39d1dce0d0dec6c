import { assertEquals } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { execute } from "../../src/hubs/execution.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { HubInvocation } from "../../src/hubs/invocation.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { upload } from "../../src/hubs/parameters.ts";
import { Uploads } from "../../src/hubs/uploads.ts";
import { traceCalls } from "../../src/server/call_tracer.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { later, number, optional, text } from "../fixtures/schemas.ts";
import { Listening } from "../support/diagnostics.ts";
import { client, hubState } from "../support/fake_transport.ts";

const FAILED = "An unexpected error occurred invoking 'm' on the server.";
const REFUSED = "Failed to invoke 'm' due to an error on the server.";

/** Runs one call, and says what came of it. */
async function run(
  method: object,
  message: object = {},
  options: HubOptions<unknown, ClientSide> = {},
  during: (call: HubInvocation) => unknown = () => {},
) {
  const hub = hubState({ m: method }, options);
  const { session, transport, waiting } = client(hub);
  const uploads = new Uploads(waiting);
  const full = { type: 1, invocationId: "1", target: "m", arguments: [], ...message } as const;
  const callable = hub.methods.find("m")!;
  const call = new HubInvocation(full as never, callable, 0, session, () => {});
  for (const [i, id] of call.streamIds.entries()) {
    uploads.open(id, callable.uploads[i]!);
    uploads.item({ type: 2, invocationId: id, item: i + 1 }, 0);
    uploads.complete({ type: 3, invocationId: id });
  }
  let [done, released] = [0, 0];
  execute({ hub, session, uploads }, call, () => done++, () => released++);
  const atOnce = done;
  await during(call);
  await nextTurn();
  await nextTurn();
  const { messages, reported, noted } = transport;
  return { messages, reported, noted, done, released, atOnce };
}

const method = (handler: (...args: never[]) => unknown, ...parameters: never[]) =>
  makeCallable("method", parameters, handler);
const answer = (rest: object = {}) => ({ type: 3, invocationId: "1", ...rest });

Deno.test("what is ready at once is answered at once, and the rest when it is", async () => {
  const quick = await run(method(() => 5));
  assertEquals([quick.messages, quick.atOnce, quick.done, quick.released], [
    [answer({ result: 5 })],
    1,
    1,
    1,
  ]);
  const slow = await run(method(() => Promise.resolve(5)));
  assertEquals([slow.messages, slow.atOnce, slow.done, slow.released], [
    [answer({ result: 5 })],
    0,
    1,
    1,
  ]);
});

Deno.test("no result is none, and null is one", async () => {
  assertEquals((await run(method(() => {}))).messages, [answer()]);
  assertEquals((await run(method(() => null))).messages, [answer({ result: null })]);
});

Deno.test("arguments are what the schemas make of them", async () => {
  const add = (_context: never, a: never, b: never) => [a, b];
  const parameters = [number, optional(text)] as never[];
  const two = await run(method(add, ...parameters), { arguments: [1, "x"] });
  assertEquals(two.messages, [answer({ result: [1, "x"] })]);
  const one = await run(method(add, ...parameters), { arguments: [1] });
  assertEquals(one.messages, [answer({ result: [1, null] })]);
  const slow = method((_context: never, a: never) => a, later(text, (a) => a.length) as never);
  const { messages } = await run(slow, { arguments: ["abc"] });
  assertEquals(messages, [answer({ result: 3 })]);
});

Deno.test("arguments that are wrong are told to whoever runs the server", async () => {
  for (const handler of [() => 1, () => Promise.resolve(1)]) {
    const { messages, noted, reported, done } = await run(method(handler, number as never), {
      arguments: ["x"],
    });
    assertEquals(messages, [answer({ error: REFUSED })]);
    assertEquals([noted, reported, done], [["m: argument 1.here: expected a number"], [], 1]);
  }
  const more = await run(method(() => 1), { arguments: [1, 2] }, { enableDetailedErrors: true });
  const why = "Invocation provides 2 argument(s) but target expects 0.";
  assertEquals(more.messages, [answer({ error: `${REFUSED} Invalid: ${why}` })]);
});

Deno.test("an error is reported, and clients learn that there was one", async () => {
  const fail = () => {
    throw new RangeError("secret");
  };
  for (const handler of [fail, () => Promise.reject(new RangeError("secret"))]) {
    const { messages, reported, done, released } = await run(method(handler));
    assertEquals([messages, reported, done, released], [
      [answer({ error: FAILED })],
      ["secret"],
      1,
      1,
    ]);
  }
  const { messages } = await run(method(fail), {}, { enableDetailedErrors: true });
  assertEquals(messages, [answer({ error: `${FAILED} RangeError: secret` })]);
});

Deno.test("an error that is meant for the client goes there only", async () => {
  const { messages, reported } = await run(method(() => Promise.reject(new HubError("why"))));
  assertEquals([messages, reported], [[answer({ error: `${FAILED} HubException: why` })], []]);
});

Deno.test("what cannot be sent is an error of ours", async () => {
  // The last of them would be an empty object: somebody has forgotten to await it.
  for (const value of [5n, new Map(), { a: new Error("x") }, { a: [Promise.resolve(1)] }]) {
    const { messages, reported, done } = await run(method(() => value));
    assertEquals([messages, reported.length, done], [[answer({ error: FAILED })], 1, 1]);
  }
});

Deno.test("nobody is told who did not ask, but for whoever runs the server", async () => {
  const quiet = { invocationId: undefined };
  assertEquals((await run(method(() => 5), quiet)).messages, []);
  const { messages, reported } = await run(method(() => Promise.reject(new Error("x"))), quiet);
  assertEquals([messages, reported], [[], ["x"]]);
  // Nor is anything made that could fail to be sent.
  assertEquals((await run(method(() => 5n), quiet)).reported, []);
});

Deno.test("who listens to the signal and gives up is no fault", async () => {
  const listening = method((context: never) => {
    const { signal } = context as { signal: AbortSignal };
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  });
  const gone = await run(listening, {}, {}, (call) => call.cancel());
  assertEquals([gone.messages, gone.reported], [[answer({ error: FAILED })], []]);
  const other = method(() => Promise.reject(new DOMException("gave up", "AbortError")));
  assertEquals((await run(other)).reported, ["gave up"]);
});

Deno.test("uploads are where their parameters are", async () => {
  const mixed = makeCallable(
    "method",
    [upload(number), text, upload(number)],
    async (_context: never, a: never, b: never, c: never) => {
      const items = [];
      for (const stream of [a, c] as AsyncIterable<unknown>[]) {
        for await (const item of stream) items.push(item);
      }
      return [b, ...items];
    },
  );
  const { messages } = await run(mixed, { arguments: ["x"], streamIds: ["s", "t"] });
  assertEquals(messages, [answer({ result: ["x", 1, 2] })]);
});

Deno.test("filters are run around the handler", async () => {
  const filters = [async (_context: never, name: string, next: () => Promise<unknown>) => [
    name,
    await next(),
  ]];
  const { messages } = await run(method(() => 5), {}, { filters: filters as never });
  assertEquals(messages, [answer({ result: ["m", 5] })]);
});

const stream = (handler: () => unknown) => makeCallable("stream", [], handler as never);

Deno.test("a stream sends its items and ends", async () => {
  const { messages, done, released } = await run(stream(async function* () {
    yield 1;
    yield 2;
  }));
  assertEquals(messages, [
    { type: 2, invocationId: "1", item: 1 },
    { type: 2, invocationId: "1", item: 2 },
    answer(),
  ]);
  assertEquals([done, released], [1, 1]);
});

Deno.test("a stream that fails before it begins fails as a method does, and then as a stream", async () => {
  const before = await run(stream(() => {
    throw new Error("x");
  }));
  assertEquals([before.messages, before.reported], [[answer({ error: FAILED })], ["x"]]);
  const later = await run(stream(() => Promise.reject(new Error("x"))));
  assertEquals(later.messages, [answer({ error: FAILED })]);
  const during = await run(stream(async function* () {
    yield 1;
    throw new Error("x");
  }));
  assertEquals(during.messages.at(-1), {
    ...answer(),
    error: "An error occurred on the server while streaming results.",
  });
  assertEquals([during.reported, during.done, during.released], [["x"], 1, 1]);
});

Deno.test("a cancelled stream is answered at once, and let go of when it has ended", async () => {
  const gate = Promise.withResolvers<void>();
  const stuck = stream(async function* () {
    yield 1;
    await gate.promise;
  });
  const result = await run(stuck, {}, {}, async (call) => {
    await nextTurn();
    call.cancel();
  });
  assertEquals([result.messages.at(-1), result.done, result.released], [answer(), 1, 0]);
  gate.resolve();
});

Deno.test("whoever listens is told of each call once, with how it has ended", async () => {
  const failure = new Error("x");
  const refusal = new HubError("why");
  const aborted = new DOMException("gave up", "AbortError");
  const cancel = (call: HubInvocation) => call.cancel();
  const items = async function* () {
    yield 1;
  };
  const cases: [object, object, (call: HubInvocation) => unknown, string, unknown][] = [
    [method(() => 5), {}, () => {}, "completed", undefined],
    [method(() => 5), { invocationId: undefined }, () => {}, "completed", undefined],
    [method(() => Promise.reject(failure)), {}, () => {}, "failed", failure],
    [method(() => Promise.reject(refusal)), {}, () => {}, "refused", refusal],
    [method(() => nextTurn()), {}, cancel, "cancelled", undefined],
    [
      method(() => nextTurn().then(() => Promise.reject(aborted))),
      {},
      cancel,
      "cancelled",
      aborted,
    ],
    [method(() => nextTurn().then(() => Promise.reject(failure))), {}, cancel, "failed", failure],
    [stream(items), {}, () => {}, "completed", undefined],
    [stream(items), {}, cancel, "cancelled", undefined],
    [stream(() => Promise.reject(failure)), {}, () => {}, "failed", failure],
  ];
  for (const [callable, message, during, outcome, error] of cases) {
    using listening = new Listening("call");
    await run(callable, message, {}, during);
    const told = listening.all("call");
    assertEquals(told.map(({ method, outcome }) => [method, outcome]), [["m", outcome]]);
    assertEquals(told[0]?.error, error);
  }
  using listening = new Listening("call");
  await run(method(() => 1, number as never), { arguments: ["x"] });
  await run(method(() => 5n));
  assertEquals(listening.all("call").map(({ outcome }) => outcome), ["refused", "failed"]);
});

Deno.test("a call runs within its trace, filters and checks included", async () => {
  let within = false;
  const stop = traceCalls(() => ({
    run(task) {
      within = true;
      task();
      within = false;
    },
    ended() {},
  }));
  const seen: boolean[] = [];
  const filters = [(_context: never, _name: string, next: () => unknown) => {
    seen.push(within);
    return next();
  }];
  await run(method(() => seen.push(within)), {}, { filters: filters as never });
  await run(stream(() => seen.push(within)));
  stop();
  assertEquals(seen, [true, true, true]);
});

Deno.test("what was made by hand and settles twice is answered once", async () => {
  const thenable = { then: (resolve: (value: number) => void) => [1, 2].forEach(resolve) };
  const { messages, done, released } = await run(method(() => thenable));
  assertEquals([messages, done, released], [[answer({ result: 1 })], 1, 1]);
});

Deno.test("an error that throws when it is asked is an error like others", async () => {
  const hostile = Object.defineProperty(new HubError(), "message", {
    get() {
      throw new Error("no message");
    },
  });
  const nobody = new Proxy({}, {
    getPrototypeOf() {
      throw new Error("no prototype");
    },
  });
  for (const [error, reports] of [[hostile, 0], [nobody, 1]] as const) {
    for (const enableDetailedErrors of [false, true]) {
      const options = { enableDetailedErrors };
      const { messages, reported, done } = await run(
        method(() => Promise.reject(error)),
        {},
        options,
      );
      assertEquals([messages, reported.length, done], [[answer({ error: FAILED })], reports, 1]);
      const streamed = await run(
        stream(() => {
          throw error;
        }),
        {},
        options,
      );
      assertEquals([streamed.messages, streamed.done], [[answer({ error: FAILED })], 1]);
    }
  }
});
