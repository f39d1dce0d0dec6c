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

Deno.test("what concerns other processes is checked, and has defaults", () => {
  const none = {
    broker: undefined,
    name: "hub",
    secrets: [],
    onState: undefined,
    onGap: undefined,
    onBrokerError: undefined,
  };
  assertEquals(checkHubOptions({}).scale, none);
  const broker = {} as never;
  const [one, two] = ["sixteen letters.", "another sixteen."];
  const name = "a.b_c-1";
  assertEquals(checkHubOptions({ broker, secret: one, name }).scale, {
    ...none,
    broker,
    secrets: [one],
    name,
  });
  assertEquals(checkHubOptions({ secret: [one, two] }).scale.secrets, [one, two]);
  const secret = "expected at least 16 characters that nobody can guess";
  const wrong: [object, string][] = [
    [{ broker }, "Cannot use option broker: expected a secret beside it"],
    [{ broker, secret: [] }, secret],
    [{ secret: "fifteen letters" }, secret],
    [{ secret: [one, "short"] }, secret],
    [{ secret: 5 }, secret],
    [{ name: "" }, "Cannot use option name: expected 1 to 64 letters"],
    [{ name: "a>b" }, 'got "a>b"'],
    [{ name: "x".repeat(65) }, "Cannot use option name"],
    [{ name: 5 }, "Cannot use option name"],
    [{ onState: 5 }, "Cannot use option onState"],
    [{ onGap: 5 }, "Cannot use option onGap"],
    [{ onBrokerError: 5 }, "Cannot use option onBrokerError"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => checkHubOptions(options as Options), TypeError, message);
  }
  // A secret is in no message.
  const shown = () => checkHubOptions({ secret: ["hidden"] });
  assertThrows(shown, TypeError, "got something else");
});
