import { assertEquals, assertMatch } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { call, upload } from "../../src/hubs/parameters.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { type HubMessage, PING } from "../../src/wire/message.ts";
import { messagePack } from "../../src/wire/messagepack.ts";
import { number, text, truth } from "../fixtures/schemas.ts";
import { hubState, received } from "../support/fake_transport.ts";

const GREETING = '{"protocol":"json","version":1}\x1e';

function setUp(options: HubOptions<unknown, ClientSide> = {}) {
  const ran: unknown[] = [];
  const hub = hubState(
    {
      echo: makeCallable("method", [text], (_context: never, value: never) => {
        ran.push(value);
        return value;
      }),
      endless: makeCallable("stream", [], async function* () {
        yield 1;
        await new Promise(() => {});
      }),
      never: makeCallable("method", [upload(number)], () => new Promise(() => {})),
    },
    options,
    { question: call(text).returns(truth) },
  );
  const made = received(hub);
  const say = (...messages: HubMessage[]) =>
    made.reception.receive(messages.map((message) => json.encode(message)).join(""));
  const got = async () => {
    await nextTurn();
    await nextTurn();
    return made.transport.messages;
  };
  return { ...made, ran, say, got };
}

const echo = (value: string, invocationId = "1") =>
  ({ type: 1, invocationId, target: "echo", arguments: [value] }) as const;

Deno.test("a handshake is answered, and calls after it", async () => {
  const { reception, transport, say, got, hub, session } = setUp();
  reception.receive(GREETING);
  assertEquals([transport.frames, hub.roster.one("id") === session], [["{}\x1e"], true]);
  say(echo("a"));
  assertEquals(await got(), [{ type: 3, invocationId: "1", result: "a" }]);
});

Deno.test("calls may come in the same piece, and the handshake in many", async () => {
  const { reception, got } = setUp();
  reception.receive(GREETING + json.encode(echo("a")));
  assertEquals((await got()).length, 1);
  const pieces = setUp();
  for (const letter of GREETING) pieces.reception.receive(letter);
  pieces.say(echo("a"));
  assertEquals((await pieces.got()).length, 1);
});

Deno.test("messages are in the encoding that the handshake names", async () => {
  const { reception, transport } = setUp();
  reception.receive('{"protocol":"messagepack","version":1}\x1e');
  reception.receive(messagePack.encode(echo("a")) as Uint8Array);
  await nextTurn();
  await nextTurn();
  const expected = messagePack.encode({ type: 3, invocationId: "1", result: "a" });
  assertEquals(transport.frames, ["{}\x1e", expected]);
});

Deno.test("a handshake that is none is refused, with the reason where all is told", () => {
  const unexpected = "An unexpected error occurred during connection handshake.";
  const cases: [string, object, RegExp][] = [
    ['{"protocol":"xml","version":1}\x1e', {}, /The protocol 'xml' is not supported\./],
    ["nonsense\x1e", {}, new RegExp(`"${unexpected}"`)],
    ["nonsense\x1e", { enableDetailedErrors: true }, new RegExp(`"${unexpected} WireError: `)],
    ["x".repeat(101), { maximumReceiveMessageSize: 100 }, new RegExp(unexpected)],
  ];
  for (const [said, options, expected] of cases) {
    const { reception, transport, hub, session } = setUp(options);
    reception.receive(said);
    reception.receive(GREETING);
    assertMatch(transport.frames.join(""), expected);
    assertEquals([transport.frames.length, transport.closedWith], [1, 1000]);
    assertEquals([hub.roster.one("id"), session.end?.cause], [undefined, "network"]);
  }
});

Deno.test("whoever is late is refused, and whoever is not is left alone", () => {
  const late = setUp();
  late.reception.late();
  assertEquals(late.transport.frames, ['{"error":"Handshake was canceled."}\x1e']);
  const greeted = setUp();
  greeted.reception.receive(GREETING);
  greeted.reception.late();
  assertEquals([greeted.transport.closedWith, greeted.session.open], [undefined, true]);
});

Deno.test("each kind of message is taken for what it is", async () => {
  const { reception, say, got, session, transport, waiting } = setUp();
  reception.receive(GREETING);
  say({ type: 4, invocationId: "s", target: "endless", arguments: [] });
  say({ type: 1, invocationId: "u", target: "never", arguments: [], streamIds: ["x"] });
  say({ type: 2, invocationId: "x", item: 1 });
  assertEquals(waiting.size > 256, true);
  await got();
  say({ type: 5, invocationId: "s" });
  const answer = session.results.ask(() => {});
  say({ type: 3, invocationId: "s1", result: true });
  assertEquals(await answer, true);
  const limits = { handshakeTimeout: 1, keepAliveInterval: 1e9, clientTimeoutInterval: 10 };
  say({ type: 8, sequenceId: 1 }, { type: 9, sequenceId: 1 });
  session.pulse.look(100, limits);
  assertEquals(session.pulse.look(110, limits), undefined);
  say(PING);
  assertEquals(session.pulse.look(200, limits), undefined);
  assertEquals(session.pulse.look(210, limits), "lost");
  assertEquals((await got()).at(-1), { type: 3, invocationId: "s" });
  say({ type: 7 }, echo("too late"));
  assertEquals((await got()).at(-1), { type: 7 });
  assertEquals([session.end?.cause, transport.closedWith], ["peer", 1000]);
});

Deno.test("of several messages in one piece, those behind the last are not read", async () => {
  const { reception, say, ran } = setUp();
  reception.receive(GREETING);
  say(echo("a"), { type: 7 }, echo("b"));
  say(echo("c"));
  await nextTurn();
  assertEquals(ran, ["a"]);
});

Deno.test("what is not the hub protocol ends the connection, after what came before", async () => {
  const { reception, got, session, transport } = setUp();
  reception.receive(GREETING + json.encode(echo("a")) + "nonsense\x1e");
  reception.receive(json.encode(echo("b")));
  assertEquals(await got(), [
    { type: 3, invocationId: "1", result: "a" },
    { type: 7, error: "Connection closed with an error.", allowReconnect: true },
  ]);
  assertEquals([session.end?.cause, transport.closedWith, transport.noted], ["network", 1000, []]);
});

Deno.test("a message that is too large is told to whoever runs the server, too", async () => {
  const { reception, got, session, transport } = setUp({
    maximumReceiveMessageSize: 200,
    enableDetailedErrors: true,
  });
  reception.receive(GREETING);
  reception.receive(json.encode(echo("x".repeat(100))));
  assertEquals((await got()).length, 1);
  reception.receive(json.encode(echo("x".repeat(200))));
  assertMatch(
    (await got()).at(-1)!.error as string,
    / WireError: The maximum message size of 200B/,
  );
  assertEquals(session.end?.cause, "payload-too-large");
  assertEquals(transport.noted, [
    "payload-too-large: The maximum message size of 200B was exceeded.",
  ]);
});

Deno.test("calls wait for onConnected", async () => {
  const gate = Promise.withResolvers<void>();
  const { reception, say, got, ran } = setUp({ onConnected: () => gate.promise });
  reception.receive(GREETING);
  say(echo("a"));
  await got();
  assertEquals(ran, []);
  gate.resolve();
  await got();
  assertEquals(ran, ["a"]);
});

Deno.test("an onConnected that fails ends the connection, and is reported unless it is meant for the client", async () => {
  const text = "Connection closed with an error.";
  for (
    const [error, told, reported] of [
      [new Error("secret"), text, ["secret"]],
      [new HubError("why"), `${text} HubException: why`, []],
    ] as const
  ) {
    const disconnected: unknown[] = [];
    const { reception, got, transport, session, say, ran } = setUp({
      onConnected: () => Promise.reject(error),
      onDisconnected: (_context, cause) => disconnected.push(cause),
    });
    reception.receive(GREETING);
    say(echo("a"));
    assertEquals(await got(), [{ type: 7, error: told }]);
    assertEquals([transport.closedWith, session.end?.cause], [1011, "handler-error"]);
    reception.ended("local");
    await got();
    assertEquals([transport.reported, disconnected, ran], [reported, [], []]);
  }
});

Deno.test("nobody can be asked in onConnected, and in onDisconnected nobody is there", async () => {
  type Asking = { question(text: string): Promise<unknown> };
  const { reception, got, transport } = setUp({
    onConnected: ({ clients }) => (clients.caller as never as Asking).question("?"),
  });
  reception.receive(GREETING);
  await got();
  assertEquals(transport.reported, [
    "Cannot call question: expected a client that is connected, got one whose onConnected has yet to end",
  ]);
  let refused: unknown;
  const later = setUp({
    onDisconnected: async ({ clients }) => {
      refused = await (clients.caller as never as Asking).question("?").catch(String);
    },
  });
  later.reception.receive(GREETING);
  later.reception.ended("peer");
  await later.got();
  assertEquals(refused, "HubError: the client is gone");
});

Deno.test("onDisconnected is told the reason, when onConnected is done", async () => {
  const gate = Promise.withResolvers<void>();
  const order: unknown[] = [];
  const { reception, got, hub, session } = setUp({
    async onConnected() {
      await gate.promise;
      order.push("connected");
    },
    onDisconnected: ({ signal }, cause) => order.push(cause, signal.aborted),
  });
  reception.receive(GREETING);
  reception.ended("network");
  assertEquals([hub.roster.one("id"), session.gone], [undefined, true]);
  await got();
  assertEquals(order, []);
  gate.resolve();
  await got();
  assertEquals(order, ["connected", "network", true]);
});

Deno.test("our own reason for the end comes before that of the connection", async () => {
  const causes: unknown[] = [];
  const { reception, session, got, transport } = setUp({
    onDisconnected(_context, cause) {
      causes.push(cause);
      throw new Error("thrown in onDisconnected");
    },
  });
  reception.receive(GREETING);
  session.close({ cause: "idle-timeout", allowReconnect: true });
  reception.ended("local");
  await got();
  assertEquals([causes, transport.reported], [["idle-timeout"], ["thrown in onDisconnected"]]);
});

Deno.test("whoever has not shaken hands was never connected", async () => {
  const causes: unknown[] = [];
  const { reception, got } = setUp({ onDisconnected: (_context, cause) => causes.push(cause) });
  reception.ended("peer");
  reception.receive(GREETING);
  assertEquals([await got(), causes], [[], []]);
});

Deno.test("filters are run around both events", async () => {
  const seen: unknown[] = [];
  const filters: HubOptions<unknown, ClientSide>["filters"] = [(_context, method, next, args) => {
    seen.push([method, args]);
    return next();
  }];
  const { reception, got } = setUp({ filters });
  reception.receive(GREETING);
  await got();
  reception.ended("peer");
  await got();
  assertEquals(seen, [["onConnected", []], ["onDisconnected", ["peer"]]]);
});

Deno.test("where there is no room, the client has to go and what it has sent is thrown away", async () => {
  const { reception, say, got, transport, waiting, session } = setUp();
  reception.receive(GREETING);
  say({ type: 1, invocationId: "u", target: "never", arguments: [], streamIds: ["x"] });
  say({ type: 2, invocationId: "x", item: 1 }, { type: 3, invocationId: "x" });
  reception.overflow();
  reception.overflow();
  say(echo("a"));
  assertEquals((await got()).map(({ type, allowReconnect }) => [type, allowReconnect]), [[
    7,
    true,
  ]]);
  assertEquals([waiting.size, session.end?.cause, transport.closedWith], [0, "backpressure", 1013]);
  assertEquals(transport.noted, [
    "backpressure: more waits for the handlers of a hub than maxQueue allows",
  ]);
});

Deno.test("an error that is none of the wire is not taken for one", () => {
  const { reception, session } = setUp();
  reception.receive(GREETING);
  session.pulse.pinged = () => {
    throw new RangeError("a fault of ours");
  };
  let thrown: unknown;
  try {
    reception.receive(json.encode(PING));
  } catch (error) {
    thrown = error;
  }
  assertEquals([(thrown as Error).message, session.end], ["a fault of ours", undefined]);
});

Deno.test("what waits is counted with all its bytes, in however many pieces it came", () => {
  const { reception, waiting } = setUp({ onConnected: () => new Promise(() => {}) });
  reception.receive(GREETING);
  const message = json.encode(echo("x".repeat(100))) as string;
  for (const letter of message) reception.receive(letter);
  assertEquals(waiting.size, 256 + message.length);
  reception.receive(message + message);
  assertEquals(waiting.size, 3 * 256 + 3 * message.length);
});

Deno.test("a hub that was closed meanwhile shakes no hands", () => {
  const { reception, transport, hub } = setUp();
  hub.closed = true;
  reception.receive(GREETING);
  assertEquals([transport.frames, transport.closedWith], [[], 1000]);
  assertEquals(hub.roster.one("id"), undefined);
});
