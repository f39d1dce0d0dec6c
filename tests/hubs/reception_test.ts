import { assertEquals, assertMatch } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { Continuity } from "../../src/hubs/continuity.ts";
import { Encodings } from "../../src/hubs/encodings.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import type { HubOptions } from "../../src/hubs/options.ts";
import { call, upload } from "../../src/hubs/parameters.ts";
import type { ClientSide } from "../../src/wire/contract.ts";
import { json } from "../../src/wire/json.ts";
import { type HubMessage, PING } from "../../src/wire/message.ts";
import { messagePack } from "../support/messagepack.ts";
import type { HubProtocol } from "../../src/wire/protocol.ts";
import { number, text, truth } from "../fixtures/schemas.ts";
import { hubState, received } from "../support/fake_transport.ts";

const GREETING = '{"protocol":"json","version":1}\x1e';
const PACKED = '{"protocol":"messagepack","version":1}\x1e';

/** MessagePack, when the test says so. */
function loaded() {
  const { promise, resolve, reject } = Promise.withResolvers<HubProtocol>();
  return { encodings: new Encodings(() => promise), resolve, reject };
}

function setUp(
  options: HubOptions<unknown, ClientSide> = {},
  encodings?: Encodings,
  continuity?: Continuity,
) {
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
    encodings,
  );
  const made = received(hub, { continuity });
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
  const { encodings, resolve } = loaded();
  const { reception, transport } = setUp({}, encodings);
  reception.receive(PACKED);
  reception.receive(messagePack.encode(echo("a")) as Uint8Array);
  assertEquals(transport.frames, []);
  resolve(messagePack);
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

Deno.test("while its encoding is loaded, a client may leave, be late or be sent away", async () => {
  const ends: [string, (made: ReturnType<typeof setUp>) => void, unknown[]][] = [
    ["left", ({ reception }) => reception.ended("peer"), []],
    ["late", ({ reception }) => reception.late(), [
      '{"error":"Handshake was canceled."}\x1e',
    ]],
    ["closed", ({ session }) => session.close({ cause: "shutdown", allowReconnect: true }), []],
    ["too much", ({ reception }) => reception.overflow(), [
      '{"error":"An unexpected error occurred during connection handshake. ' +
      'HubException: more waits for the handlers of a hub than maxQueue allows"}\x1e',
    ]],
  ];
  for (const [name, end, frames] of ends) {
    const { encodings, resolve } = loaded();
    const connected: unknown[] = [];
    const made = setUp({ onConnected: (context) => connected.push(context) }, encodings);
    made.reception.receive(PACKED);
    made.reception.receive(messagePack.encode(echo("a")) as Uint8Array);
    end(made);
    resolve(messagePack);
    await nextTurn();
    await nextTurn();
    const { transport, hub, ran } = made;
    assertEquals([transport.frames, connected, ran], [frames, [], []], name);
    assertEquals([hub.roster.one("id"), transport.reported], [undefined, []], name);
    assertEquals(made.waiting.size, 0, name);
  }
});

Deno.test("an encoding that is not installed is refused with what installs it", async () => {
  const { encodings, reject } = loaded();
  const { reception, transport, session } = setUp({}, encodings);
  reception.receive(PACKED);
  reject(new Error("install it"));
  await nextTurn();
  assertEquals(transport.frames, ['{"error":"install it"}\x1e']);
  assertEquals([transport.reported, session.end?.cause], [["install it"], "network"]);
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

Deno.test("our own reason for the end comes before that of the connection", async () => {
  const causes: unknown[] = [];
  const { reception, session, got, transport, hub } = setUp({
    onDisconnected(_context, cause) {
      causes.push(cause);
      throw new Error("thrown in onDisconnected");
    },
  });
  reception.receive(GREETING);
  session.close({ cause: "idle-timeout", allowReconnect: true });
  reception.ended("local");
  await got();
  assertEquals([hub.roster.one("id"), session.gone], [undefined, true]);
  assertEquals([causes, transport.reported], [["idle-timeout"], ["thrown in onDisconnected"]]);
});

Deno.test("whoever has not shaken hands was never connected", async () => {
  const causes: unknown[] = [];
  const { reception, got } = setUp({ onDisconnected: (_context, cause) => causes.push(cause) });
  reception.ended("peer");
  reception.receive(GREETING);
  assertEquals([await got(), causes], [[], []]);
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

Deno.test("a client that was cut off goes on where it was, and nothing is called twice", async () => {
  const continuity = new Continuity(1_000);
  const { reception, say, got, ran, transport } = setUp({}, undefined, continuity);
  reception.receive(GREETING);
  say(echo("a"), PING);
  await got();
  reception.receive(json.encode(echo("half")).slice(0, 9));
  reception.suspend();
  // Nobody is there to say this.
  say(echo("no"));
  transport.frames.length = 0;
  reception.resume();
  say({ type: 9, sequenceId: 1 }, echo("a"), echo("b", "2"), { type: 8, sequenceId: 1 });
  assertEquals(await got(), [
    { type: 9, sequenceId: 1 },
    { type: 3, invocationId: "1", result: "a" },
    { type: 3, invocationId: "2", result: "b" },
  ]);
  assertEquals([ran, continuity.sent.first], [["a", "b"], 2]);
});

Deno.test("much that has come is acknowledged at once; numbers that cannot be end the connection", async () => {
  const continuity = new Continuity(300);
  const { reception, say, got } = setUp({}, undefined, continuity);
  reception.receive(GREETING);
  say(echo("x".repeat(100)));
  assertEquals((await got())[0], { type: 8, sequenceId: 1 });
  say({ type: 8, sequenceId: 7 });
  assertEquals((await got()).at(-1)?.["type"], 7);
});

Deno.test("whoever has not asked for numbers may send them: they mean nothing", async () => {
  const { reception, say, got } = setUp();
  reception.receive(GREETING);
  say({ type: 8, sequenceId: 7 }, { type: 9, sequenceId: 7 }, echo("a"));
  assertEquals(await got(), [{ type: 3, invocationId: "1", result: "a" }]);
});

Deno.test("a transport of text takes no encoding of bytes", async () => {
  const { encodings, resolve } = loaded();
  const { reception, transport } = setUp({}, encodings);
  transport.binary = false;
  reception.receive(PACKED);
  resolve(messagePack);
  await nextTurn();
  await nextTurn();
  assertMatch(`${transport.frames}`, /does not support 'Binary' transfer format/);
  assertEquals(transport.closedWith, 1000);
});
