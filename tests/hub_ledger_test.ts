/** Whatever a client of a hub calls, uploads, cancels and answers, in whatever order: each call is answered once. */
import { assert, assertEquals } from "@std/assert";
import { nextTurn } from "../src/base/turn.ts";
import { HubError } from "../src/hubs/hub_error.ts";
import { makeCallable } from "../src/hubs/methods.ts";
import { call, upload } from "../src/hubs/parameters.ts";
import { json } from "../src/wire/json.ts";
import type { HubMessage } from "../src/wire/message.ts";
import { later, number, truth, whatever } from "./fixtures/schemas.ts";
import { hubState, received } from "./support/fake_transport.ts";

/** Clients, each with messages of its own, and messages of each. */
const CLIENTS = 60;
const MESSAGES = 200;

/** Turns of the event loop after which an answer is missing. */
const PATIENCE = 500;

/** Numbers below `most` that are the same in each run. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * most);
  };
}

interface Asking {
  readonly signal: AbortSignal;
  readonly clients: { readonly caller: { ask(value: unknown): Promise<boolean> } };
}

/** A client of a hub whose handlers do what handlers do. */
function setUp() {
  /** Methods that have a place, and the most that had one at the same time. */
  const places = { taken: 0, most: 0 };
  const placed = async <T>(run: () => Promise<T> | T): Promise<T> => {
    places.most = Math.max(places.most, ++places.taken);
    try {
      return await run();
    } finally {
      places.taken--;
    }
  };
  const method = (handler: (...args: never[]) => unknown, ...parameters: unknown[]) =>
    makeCallable("method", parameters as never, handler);
  const stream = (handler: (...args: never[]) => unknown, ...parameters: unknown[]) =>
    makeCallable("stream", parameters as never, handler);
  const sum = async (items: AsyncIterable<number>) => {
    let total = 0;
    for await (const item of items) total += item;
    return total;
  };
  const hub = hubState(
    {
      quick: method((_: never, value: never) => value, number),
      slow: method(() => placed(nextTurn)),
      checked: method(
        (_: never, value: never) => placed(() => value),
        later(number, (n) => n),
        number,
      ),
      fail: method(() => Promise.reject(new Error("a fault"))),
      refuse: method(() => {
        throw new HubError("no");
      }),
      unsendable: method(() => 5n),
      ask: method(async (context: never) => {
        await placed(nextTurn);
        return (context as Asking).clients.caller.ask("?");
      }),
      askLater: method((context: never) => {
        const ask = () => (context as Asking).clients.caller.ask("?").catch(() => {});
        void nextTurn().then(ask);
      }),
      sum: method((_: never, items: never) => sum(items), upload(number)),
      lazy: method(() => nextTurn(), upload(number)),
      count: stream(async function* () {
        for (let i = 0; i < 5; i++) yield i;
      }),
      breaks: stream(async function* () {
        yield 1;
        await nextTurn();
        throw new Error("a fault");
      }),
      stuck: stream(async function* (context: never) {
        yield 1;
        const { signal } = context as Asking;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      }),
      doubled: stream(async function* (_: never, items: never) {
        for await (const item of items as AsyncIterable<number>) yield 2 * item;
      }, upload(number)),
    },
    { maxClientResults: 3, maxStreams: 5, onConnected: () => nextTurn() },
    { ask: call(whatever).returns(truth) },
  );
  return { places, ...received(hub) };
}

const METHODS:
  readonly (readonly [target: string, type: 1 | 4, uploads: number, args: unknown[]])[] = [
    ["quick", 1, 0, [1]],
    ["quick", 1, 0, ["wrong"]],
    ["slow", 1, 0, []],
    ["checked", 1, 0, [1, 2]],
    ["checked", 1, 0, ["wrong", "wrong"]],
    ["fail", 1, 0, []],
    ["refuse", 1, 0, []],
    ["unsendable", 1, 0, []],
    ["ask", 1, 0, []],
    ["askLater", 1, 0, []],
    ["nowhere", 1, 0, []],
    ["sum", 1, 1, []],
    ["sum", 1, 0, []],
    ["lazy", 1, 1, []],
    ["count", 4, 0, []],
    ["count", 1, 0, []],
    ["breaks", 4, 0, []],
    ["stuck", 4, 0, []],
    ["doubled", 4, 1, []],
  ];

/** Sends this and that, and books what comes of it. */
async function play(seed: number): Promise<void> {
  const roll = dice(seed);
  const { reception, transport, waiting, places } = setUp();
  const send = (...messages: HubMessage[]) =>
    reception.receive(messages.map((message) => json.encode(message)).join(""));
  reception.receive('{"protocol":"json","version":1}\x1e');
  const open = new Set<string>();
  const answered = new Set<string>();
  const uploads = new Set<string>();
  const questions: string[] = [];
  let seen = 0;

  const read = () => {
    const { messages } = transport;
    for (const message of messages.slice(seen)) {
      const { type, invocationId: id } = message as { type: number; invocationId: string };
      if (type === 1) questions.push(id);
      else {
        assert(open.has(id) && !answered.has(id), `${seed}: ${JSON.stringify(message)}`);
        if (type === 3) answered.add(id);
      }
    }
    seen = messages.length;
  };
  const answer = () => {
    const invocationId = questions.splice(roll(questions.length), 1)[0]!;
    const how = [{ result: true }, { result: "wrong" }, { error: "no" }][roll(3)];
    send({ type: 3, invocationId, ...how });
  };
  const pick = (from: Set<string>) => [...from][roll(from.size)] ?? "nothing";
  const doings = [
    () => {
      const [target, type, streams, args] = METHODS[roll(METHODS.length)]!;
      const invocationId = `c${open.size}`;
      open.add(invocationId);
      const streamIds = streams === 0 ? [] : [`u${open.size}`];
      for (const id of streamIds) uploads.add(id);
      send({ type, invocationId, target, arguments: args, streamIds });
    },
    () => send({ type: 2, invocationId: pick(uploads), item: roll(10) === 0 ? "wrong" : 1 }),
    () => {
      const invocationId = pick(uploads);
      uploads.delete(invocationId);
      send({ type: 3, invocationId, ...roll(4) === 0 ? { error: "broken" } : undefined });
    },
    () => send({ type: 5, invocationId: pick(open) }),
    () => questions.length > 0 && answer(),
    () => send({ type: 6 }),
  ];
  for (let i = 0; i < MESSAGES; i++) {
    // Calls are half of all.
    doings[Math.max(0, roll(2 * doings.length) - doings.length)]!();
    if (roll(4) === 0) await nextTurn();
    read();
  }
  for (let turns = 0; answered.size < open.size; turns++) {
    assert(
      turns < PATIENCE,
      `${seed}: no answer to ${[...open].filter((id) => !answered.has(id))}`,
    );
    while (questions.length > 0) answer();
    for (const invocationId of uploads) send({ type: 3, invocationId });
    uploads.clear();
    for (const invocationId of open) {
      if (!answered.has(invocationId)) send({ type: 5, invocationId });
    }
    await nextTurn();
    read();
  }
  assertEquals([places.taken, places.most, waiting.size], [0, 1, 0], `${seed}`);
  assertEquals(transport.closedWith, undefined);
  const known = /^(a fault|Cannot send a value)/;
  assertEquals(transport.reported.filter((error) => !known.test(`${error}`)), []);
  reception.ended("peer");
}

Deno.test("each call is answered once, one after the other, and nothing is left waiting", async () => {
  for (let seed = 1; seed <= CLIENTS; seed++) await play(seed);
});
