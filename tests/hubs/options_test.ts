import { assertEquals, assertThrows } from "@std/assert";
import { checkHubOptions, type HubOptions } from "../../src/hubs/options.ts";

type Options = HubOptions<never, Record<never, never>>;

Deno.test("options are taken apart: limits, pages, the socket, events", () => {
  const onConnected = () => {};
  const onDisconnected = () => {};
  const filter = () => {};
  const userId = () => "me";
  const checked = checkHubOptions({
    maxStreams: 5,
    origin: ["https://app.example"],
    trustProxy: true,
    idleTimeout: 30,
    closeTimeout: 1,
    onConnected,
    onDisconnected,
    filters: [filter],
    userId,
  } as Options);
  assertEquals(checked.limits.maxStreams, 5);
  assertEquals(checked.origin, { origin: ["https://app.example"], trustProxy: true });
  assertEquals(checked.socket, { idleTimeout: 30, closeTimeout: 1 });
  assertEquals(checked.onConnected, onConnected);
  assertEquals(checked.onDisconnected, onDisconnected);
  assertEquals(checked.filters, [filter]);
  assertEquals(checked.userId, userId);
});

Deno.test("without options there are no events and no filters", () => {
  const { origin, socket, filters, onConnected, onDisconnected } = checkHubOptions({});
  assertEquals([origin, socket, filters, onConnected, onDisconnected], [
    {},
    {},
    [],
    undefined,
    undefined,
  ]);
});

Deno.test("a user is found by its id, if it has one", () => {
  const { userId } = checkHubOptions({});
  const users = [{ id: "a" }, { id: 5 }, { id: {} }, {}, undefined, null, "text"];
  assertEquals(users.map((user) => userId(user as never)), [
    "a",
    "5",
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("what is unknown, or of the wrong type, is refused", () => {
  const wrong: [object, string][] = [
    [{ onConected: () => {} }, "expected onConnected (did you mean that?), got onConected"],
    [{ maxPayloadLength: 5 }, "got maxPayloadLength"],
    [{ onConnected: 5 }, "Cannot use option onConnected: expected a function, got number"],
    [{ onDisconnected: "x" }, "Cannot use option onDisconnected"],
    [{ userId: "x" }, "Cannot use option userId"],
    [
      { filters: () => {} },
      "Cannot use option filters: expected a list of functions, got function",
    ],
    [{ filters: [5] }, "Cannot use option filters"],
    [{ maxStreams: "5" }, "Cannot use option maxStreams"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => checkHubOptions(options as Options), TypeError, message);
  }
});
