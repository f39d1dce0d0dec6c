import { assertEquals, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { MemoryBudget } from "../../src/connection/memory_budget.ts";
import { MESSAGE_OVERHEAD } from "../../src/connection/message.ts";
import { Encodings } from "../../src/hubs/encodings.ts";
import { Greeting } from "../../src/hubs/greeting.ts";
import { Waiting } from "../../src/hubs/waiting.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { messagePack } from "../support/messagepack.ts";

const JSON_GREETING = '{"protocol":"json","version":1}\x1e';
const GREETING = '{"protocol":"messagepack","version":1}\x1e';

/** A greeting whose encoding is loaded when the test says so. */
function setUp({ maxQueue = 10_000, begin = () => {} } = {}) {
  const loading = Promise.withResolvers<HubProtocol>();
  const encodings = new Encodings(() => loading.promise);
  const happened: unknown[] = [];
  const waiting: Waiting = new Waiting(maxQueue, new MemoryBudget(1e6), () => {
    happened.push("full");
    greeting.end();
  });
  const greet = () =>
    new Greeting(100, encodings, waiting, {
      begin(protocol, rest) {
        happened.push(protocol.name, ...rest);
        begin();
      },
      refuse: (error) => happened.push(`refused: ${error}`),
      report: (error) => happened.push(`reported: ${(error as Error).message}`),
    });
  const greeting: Greeting = greet();
  return { greeting, greet, loading, happened, waiting };
}

Deno.test("JSON begins at once, with what came in the same piece", () => {
  const { greeting, happened } = setUp();
  greeting.receive(JSON_GREETING.slice(0, 9));
  assertEquals(happened, []);
  greeting.receive(`${JSON_GREETING.slice(9)}rest`);
  assertEquals(happened, ["json", "rest"]);
});

Deno.test("what comes while MessagePack is loaded waits for it, in its order", async () => {
  const { greeting, loading, happened, waiting } = setUp();
  const greetingAndMore = new TextEncoder().encode(`${GREETING}ab`);
  greeting.receive(greetingAndMore);
  greeting.receive(Uint8Array.of(1, 2, 3));
  greeting.receive("d");
  await nextTurn();
  assertEquals([happened, waiting.size], [[], 3 * MESSAGE_OVERHEAD + 6]);
  loading.resolve(messagePack);
  await nextTurn();
  assertEquals(happened, ["messagepack", Uint8Array.of(97, 98), Uint8Array.of(1, 2, 3), "d"]);
  assertEquals(waiting.size, 0);
});

Deno.test("once it is loaded, the next one begins at once", async () => {
  const { greeting, greet, loading, happened } = setUp();
  greeting.receive(GREETING);
  loading.resolve(messagePack);
  await nextTurn();
  greet().receive(`${GREETING}x`);
  assertEquals(happened, ["messagepack", "", "messagepack", "x"]);
});

Deno.test("for a client that has left meanwhile, nothing happens", async () => {
  for (const settle of ["resolve", "reject"] as const) {
    const { greeting, loading, happened, waiting } = setUp();
    greeting.receive(`${GREETING}x`);
    greeting.end();
    assertEquals(waiting.size, 0);
    loading[settle](settle === "resolve" ? messagePack : new Error("not there") as never);
    await nextTurn();
    // That it is not installed, whoever runs the server is told all the same.
    assertEquals(happened, settle === "resolve" ? [] : ["reported: not there"]);
  }
});

Deno.test("what cannot be loaded is refused with the reason, and reported once", async () => {
  const { greeting, greet, loading, happened, waiting } = setUp();
  greeting.receive(`${GREETING}x`);
  const other = greet();
  other.receive(GREETING);
  loading.reject(new Error("install it"));
  await nextTurn();
  assertEquals(happened, ["reported: install it", "refused: install it", "refused: install it"]);
  greet().receive(JSON_GREETING);
  assertEquals(happened.slice(3), ["json", ""]);
  greeting.end();
  other.end();
  assertEquals(waiting.size, 0);
});

Deno.test("what waits has its limit: more of it is too much, as much is not", async () => {
  const fits = { maxQueue: 2 * MESSAGE_OVERHEAD + 5 };
  const some = setUp(fits);
  some.greeting.receive(GREETING);
  some.greeting.receive("12345");
  some.loading.resolve(messagePack);
  await nextTurn();
  assertEquals(some.happened, ["messagepack", "", "12345"]);
  const more = setUp(fits);
  more.greeting.receive(GREETING);
  more.greeting.receive("123456");
  more.loading.resolve(messagePack);
  await nextTurn();
  assertEquals([more.happened, more.waiting.size], [["full"], 0]);
});

Deno.test("what is no handshake, or asks for what there is not", () => {
  const { greeting, greet, happened } = setUp();
  assertThrows(() => greeting.receive("nonsense\x1e"), WireError);
  assertThrows(() => greet().receive("x".repeat(101)), WireError, "100B");
  greet().receive('{"protocol":"xml","version":1}\x1e');
  greet().receive('{"protocol":"messagepack","version":3}\x1e');
  assertEquals(happened, [
    "refused: The protocol 'xml' is not supported.",
    "refused: The server does not support version 3 of the 'messagepack' protocol.",
  ]);
});

Deno.test("a fault while beginning is reported: nobody else is there to catch it", async () => {
  const { greeting, loading, happened } = setUp({
    begin() {
      throw new Error("a fault of ours");
    },
  });
  greeting.receive(GREETING);
  loading.resolve(messagePack);
  await nextTurn();
  assertEquals(happened, ["messagepack", "", "reported: a fault of ours"]);
});
