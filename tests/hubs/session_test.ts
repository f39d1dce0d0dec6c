import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { Broadcast } from "../../src/hubs/broadcast.ts";
import { Continuity } from "../../src/hubs/continuity.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { json } from "../../src/wire/json.ts";
import { client, hubState } from "../support/fake_transport.ts";

const MESSAGE = { type: 1, target: "x", arguments: [1] } as const;

Deno.test("nothing is sent before the handshake, and everything after it", async () => {
  const { session, transport } = client(hubState(), { protocol: null });
  session.send(MESSAGE);
  session.sendCopy(new Broadcast(MESSAGE));
  assertEquals([session.open, session.unsent], [false, 0]);
  session.begin(json, "{}\x1e");
  assertEquals([session.open, transport.frames], [true, ["{}\x1e"]]);
  session.send(MESSAGE);
  session.sendCopy(new Broadcast(MESSAGE));
  transport.bufferedAmount = 1_000;
  assertEquals(session.unsent, 1_000 + 2 * json.encode(MESSAGE).length);
  await nextTurn();
  assertEquals(transport.messages, [MESSAGE, MESSAGE]);
  assertThrows(() => session.send({ ...MESSAGE, arguments: [5n] }), TypeError, "JSON");
  session.send(MESSAGE);
  session.flush();
  assertEquals(transport.messages.length, 3);
});

Deno.test("what is sent puts pings off", () => {
  const limits = { handshakeTimeout: 1, keepAliveInterval: 10, clientTimeoutInterval: 10 };
  const { session } = client();
  assertEquals(session.pulse.look(5, limits), undefined);
  session.send(MESSAGE);
  session.pulse.look(10, limits);
  assertEquals(session.pulse.look(19, limits), undefined);
  session.sendCopy(new Broadcast(MESSAGE));
  session.pulse.look(20, limits);
  assertEquals([session.pulse.look(29, limits), session.pulse.look(30, limits)], [
    undefined,
    "ping",
  ]);
});

Deno.test("a connection is ended once, after what was sent, with the reason", () => {
  const { session, transport } = client();
  session.send(MESSAGE);
  session.close({ cause: "idle-timeout", error: "why", allowReconnect: true });
  session.close({ cause: "local", allowReconnect: false, code: 1011 });
  session.send(MESSAGE);
  session.flush();
  assertEquals(transport.messages, [MESSAGE, { type: 7, error: "why", allowReconnect: true }]);
  assertEquals([transport.closedWith, session.end?.cause, session.open], [
    1000,
    "idle-timeout",
    false,
  ]);
});

Deno.test("a code is sent, and nothing that need not be told", () => {
  const { session, transport } = client();
  session.close({ cause: "handler-error", allowReconnect: false, code: 1011 });
  assertEquals([transport.messages, transport.closedWith], [[{ type: 7 }], 1011]);
});

Deno.test("a farewell leaves the connection open for whoever ends it", () => {
  const { session, transport } = client();
  session.farewell(undefined, true);
  assertEquals([transport.messages, transport.closedWith, session.open], [
    [{ type: 7, allowReconnect: true }],
    undefined,
    true,
  ]);
});

Deno.test("a handshake that fails is answered, and nothing else is said", () => {
  const { session, transport } = client(hubState(), { protocol: null });
  session.refuse('{"error":"no"}\x1e');
  session.refuse('{"error":"again"}\x1e');
  assertEquals([transport.frames, transport.closedWith], [['{"error":"no"}\x1e'], 1000]);
});

Deno.test("who is gone is sent nothing, owes nothing, and all learn it", async () => {
  const { session, transport } = client(hubState({}, { maxClientResults: 1 }));
  const before = session.signal;
  const answer = session.results.ask(() => {});
  assertThrows(() => session.results.ask(() => {}), HubError);
  session.items.set("a", 1);
  assertEquals([session.items.get("a"), session.gone, before.aborted], [1, false, false]);
  session.send(MESSAGE);
  session.ended();
  assertEquals([session.gone, session.open, before.aborted, session.signal], [
    true,
    false,
    true,
    before,
  ]);
  await assertRejects(() => answer, HubError, "the client is gone");
  session.send(MESSAGE);
  await nextTurn();
  assertEquals(transport.frames, []);
});

Deno.test("a signal that is asked for after the end has aborted", () => {
  const { session } = client();
  session.ended();
  assertEquals(session.signal.aborted, true);
});

Deno.test("only whom a handler has sent away calls nothing more", () => {
  for (const [cause, aborted] of [["local", true], ["shutdown", false], ["peer", false]] as const) {
    const { session } = client();
    assertEquals(session.aborted, false);
    session.close({ cause, allowReconnect: false });
    assertEquals(session.aborted, aborted);
  }
});

Deno.test("what has numbers is kept until it is acknowledged, and comes again after a cut", async () => {
  const continuity = new Continuity(1_000);
  const { session, transport } = client(hubState(), { continuity });
  session.send(MESSAGE);
  session.send({ type: 6 });
  session.sendCopy(new Broadcast({ type: 6 }));
  session.sendCopy(new Broadcast({ ...MESSAGE, target: "y" }));
  await nextTurn();
  assertEquals(transport.messages.length, 4);
  continuity.sent.acknowledge(1);
  session.send({ ...MESSAGE, target: "z" });
  session.suspend();
  transport.frames.length = 0;
  await nextTurn();
  assertEquals(transport.frames, []);
  // What is sent while nobody is there would come before what came before it.
  session.send({ ...MESSAGE, target: "last" });
  session.resume(continuity);
  await nextTurn();
  assertEquals(transport.messages, [
    { type: 9, sequenceId: 2 },
    { ...MESSAGE, target: "y" },
    { ...MESSAGE, target: "z" },
    { ...MESSAGE, target: "last" },
  ]);
  assertEquals(continuity.received.take(1), false);
  assertEquals(continuity.sent.size > 0, true);
  session.ended();
  assertEquals(continuity.sent.size, 0);
});

Deno.test("what has come is acknowledged, where the client counts", () => {
  const continuity = new Continuity(1_000);
  const { session, transport } = client(hubState(), { continuity });
  session.acknowledge();
  continuity.received.take(1);
  session.acknowledge();
  session.acknowledge();
  session.flush();
  assertEquals(transport.messages, [{ type: 8, sequenceId: 1 }]);
  const other = client();
  other.session.acknowledge();
  other.session.flush();
  assertEquals(other.transport.messages, []);
});
