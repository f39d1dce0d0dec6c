import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../../src/client/context.ts";
import { Cut } from "../../src/client/cut.ts";
import { json } from "../../src/client/json.ts";
import { openLine } from "../../src/client/open_line.ts";
import type { Link, LinkEvents } from "../../src/client/link.ts";
import { messagePack } from "../../src/client/message_pack.ts";
import { checkOptions, type ConnectOptions, type HubTransport } from "../../src/client/options.ts";
import { Replay } from "../../src/client/replay.ts";
import type { Session } from "../../src/client/session.ts";
import type { HubMessage } from "../../src/wire/message.ts";
import { FakeClock } from "../support/fake_clock.ts";

const OK = "{}\x1e";
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const encoded = (message: HubMessage) => json.encode(message) as string;
const item = (item: unknown): HubMessage => ({ type: 2, invocationId: "1", item });

function someSession(way: HubTransport = "webSockets", resumable = true): Session {
  return {
    connectionId: "id",
    url: new URL("http://localhost/hub?id=token"),
    way,
    replay: resumable ? new Replay() : undefined,
    left: new Set(),
  };
}

/** A line over a link that a test has in its hands. */
function setUp(session: Session = someSession(), options: ConnectOptions = {}) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const said: HubMessage[] = [];
  const done: unknown[] = [];
  let rooms = 0;
  let events!: LinkEvents;
  const context = {
    options: checkOptions(options),
    world: { clock },
    signal: abort.signal,
    said: (message: HubMessage) => void said.push(message),
    room: () => void rooms++,
  } as unknown as Context;
  const link = {
    waiting: 0,
    send: (data: unknown) => void done.push(data),
    close: () => done.push("closed"),
    leave: () => void done.push("left"),
  };
  const opening = openLine(context, session, (_context, url, given): Link => {
    done.push(url.search);
    events = given;
    return link;
  });
  opening.catch(() => {});
  const live = async () => {
    events.opened();
    events.received(OK);
    done.length = 0;
    return await opening;
  };
  return {
    clock,
    abort,
    said,
    done,
    session,
    link,
    opening,
    live,
    rooms: () => rooms,
    events: () => events,
  };
}

Deno.test("a line begins with the handshake, and is there when that is answered", async () => {
  const { events, done, opening, session, said } = setUp();
  events().opened();
  assertEquals(done, ["?id=token", '{"protocol":"json","version":2}\x1e']);
  assertEquals(session.greeted, undefined);
  events().received(OK + encoded(item("é")) + encoded(item("b")));
  const line = await opening;
  assertEquals([line.live, line.session, session.greeted], [true, session, true]);
  assertEquals(said, [item("é"), item("b")]);
});

Deno.test("only a session that can go on asks for the version that has acknowledgements", () => {
  const { events, done } = setUp(someSession("webSockets", false));
  events().opened();
  assertEquals(done[1], '{"protocol":"json","version":1}\x1e');
});

Deno.test("the answer may come as bytes, with what is behind it in MessagePack", async () => {
  const protocol = await messagePack();
  const { events, opening, said, done } = setUp(someSession(), { protocol });
  events().opened();
  assertEquals(done[1], '{"protocol":"messagepack","version":2}\x1e');
  const message = checkOptions({ protocol }).protocol.encode(item("a")) as Uint8Array;
  events().received(new Uint8Array([...new TextEncoder().encode(OK), ...message]));
  await opening;
  assertEquals(said, [item("a")]);
});

Deno.test("a refused handshake is the end of the client, a broken one that of the session", async () => {
  for (
    const [answer, over, message] of [
      ['{"error":"no"}\x1e', "client", "no"],
      ["<html>", "session", undefined],
    ] as const
  ) {
    const { events, opening, done, clock } = setUp();
    events().opened();
    events().received(answer);
    const cut = await assertRejects(() => opening, Cut, message ?? "");
    assertEquals([cut.over, done.at(-1), clock.pending], [over, "closed", 0]);
  }
});

Deno.test("a server that does not answer within seven seconds is given up", async () => {
  const silent = setUp();
  silent.clock.pass(6_999);
  silent.events().opened();
  silent.clock.pass(1);
  const cut = await assertRejects(() => silent.opening, Cut, "the server does not answer");
  assertEquals([cut.over, silent.done.at(-1), silent.session.left.size], ["link", "closed", 0]);
  silent.events().opened();
  silent.events().received(OK);
  assertEquals(silent.done.at(-1), "closed");
  // A session that is there goes on elsewhere: a goodbye would end it.
  const resuming = setUp(Object.assign(someSession(), { greeted: true }));
  resuming.events().opened();
  resuming.clock.pass(7_000);
  await assertRejects(() => resuming.opening, Cut);
  assertEquals([resuming.done.at(-1), resuming.session.left.size], ["left", 1]);
});

Deno.test("a session goes on: both sides say where, and what may have got lost comes again", async () => {
  const session = Object.assign(someSession(), { greeted: true });
  const replay = session.replay!;
  for (const text of ["1", "2", "3"]) replay.add(text);
  replay.acknowledge(1);
  replay.take(1);
  const closed: string[] = [];
  session.left.add({ waiting: 0, send() {}, leave() {}, close: () => closed.push("before") });
  const { events, done, opening, said } = setUp(session);
  events().opened();
  assertEquals(done.slice(1), [encoded({ type: 9, sequenceId: 2 }), "2", "3"]);
  events().received(encoded(item("not counted")));
  assertEquals([said, closed], [[], []]);
  events().received(
    encoded({ type: 9, sequenceId: 1 }) + encoded(item("again")) + encoded(item("new")),
  );
  const line = await opening;
  assertEquals([line.live, said, closed], [true, [item("new")], ["before"]]);
});

Deno.test("a server that has lost messages, or talks nonsense, ends the session", async () => {
  const session = Object.assign(someSession(), { greeted: true });
  const lost = setUp(session);
  lost.events().opened();
  lost.events().received(encoded({ type: 9, sequenceId: 7 }));
  assertEquals(
    (await assertRejects(() => lost.opening, Cut, "the server does not send all")).over,
    "session",
  );
  const broken = setUp();
  const line = await broken.live();
  broken.events().received("{\x1e");
  assertEquals((await assertRejects(() => line.ended, Cut)).over, "session");
});

Deno.test("what is sent is kept, what has come is acknowledged: much at once, little each second", async () => {
  const { events, done, live, clock, session, rooms, link } = setUp();
  const line = await live();
  line.send("abc");
  assertEquals([done, line.waiting, session.replay!.kept], [["abc"], 3, ["abc"]]);
  link.waiting = 10;
  assertEquals(line.waiting, 10);
  const before = rooms();
  events().received(encoded({ type: 8, sequenceId: 1 }));
  assertEquals([session.replay!.size, rooms()], [0, before + 1]);
  events().received(encoded(item("a")));
  assertEquals(done.length, 1);
  clock.pass(1_000);
  assertEquals(done.slice(1), [encoded({ type: 8, sequenceId: 1 })]);
  assertEquals(rooms(), before + 2);
  events().received(encoded(item("x".repeat(16_384))));
  assertEquals(done.slice(2), [encoded({ type: 8, sequenceId: 2 })]);
  clock.pass(1_000);
  assertEquals(done.length, 3);
});

Deno.test("of several messages in one piece, each has its own size", async () => {
  const { events, done, live } = setUp();
  await live();
  const large = encoded(item("x".repeat(5_000)));
  events().received(large + large + large);
  assertEquals(done, []);
  events().received(large);
  assertEquals(done, [encoded({ type: 8, sequenceId: 4 })]);
});

Deno.test("whoever closes it in the middle of a piece hears nothing more", async () => {
  const { events, live, said } = setUp();
  const line = await live();
  said.push = (message) => {
    line.close(new Cut("enough"));
    said[said.length] = message;
    return said.length;
  };
  events().received(encoded(item("a")) + encoded(item("b")));
  assertEquals(said.length, 1);
});

Deno.test("where nothing has numbers, nothing is kept or acknowledged", async () => {
  const { events, done, live, clock, said } = setUp(someSession("serverSentEvents", false));
  const line = await live();
  line.send("abc");
  events().received(encoded(item("a")) + encoded({ type: 8, sequenceId: 1 }));
  clock.pass(2_000);
  assertEquals([done, line.waiting, said], [["abc"], 0, [item("a")]]);
  const again = setUp(Object.assign(someSession("serverSentEvents", false), { greeted: true }));
  again.events().opened();
  assertEquals(again.done.length, 1);
});

Deno.test("both sides ping, and one that is silent is left without a word", async () => {
  const { events, done, live, clock, session } = setUp();
  const line = await live();
  clock.pass(15_000);
  const ping = encoded({ type: 6 });
  assertEquals(done, [ping]);
  events().received(ping);
  assertEquals(done, [ping]);
  clock.pass(14_500);
  events().received(ping);
  clock.pass(600);
  assertEquals(done, [ping, ping]);
  clock.pass(40_000);
  const cut = await assertRejects(() => line.ended, Cut, "the server does not answer");
  assertEquals([cut.over, done.at(-1), session.left.size, line.live], ["link", "left", 1, false]);
  line.ping();
  assertEquals([done.at(-1), clock.pending], ["left", 0]);
});

Deno.test("a page whose timers sleep says something when something comes", async () => {
  const { events, done, live, clock } = setUp();
  await live();
  clock.now = () => 100_000;
  events().received(encoded({ type: 6 }));
  assertEquals(done, [encoded({ type: 6 })]);
});

Deno.test("over long polling nobody pings, and a server may be silent", async () => {
  const { done, live, clock } = setUp(someSession("longPolling", false));
  const line = await live();
  line.ping();
  clock.pass(100_000);
  assertEquals([done, line.live], [[], true]);
});

Deno.test("a server that says goodbye says whether to come back; what follows does not count", async () => {
  for (
    const [close, over, message] of [
      [{ type: 7 }, "client", "the server has ended the session"],
      [{ type: 7, error: "why", allowReconnect: true }, "session", "why"],
    ] as const
  ) {
    const { events, live, said, done } = setUp();
    const line = await live();
    events().received(encoded(close) + encoded(item("late")));
    events().received(encoded(item("later")));
    const cut = await assertRejects(() => line.ended, Cut, message);
    assertEquals([cut.over, said, done], [over, [], ["closed"]]);
  }
});

Deno.test("it ends with its link, and once", async () => {
  const { events, live, done, clock } = setUp();
  const line = await live();
  const reason = new Error("the cable");
  events().ended(reason);
  events().ended("again");
  line.close(new Cut("later"));
  const cut = await assertRejects(() => line.ended, Cut, "the cable");
  assertEquals([cut.over, cut.cause, done, clock.pending], ["link", reason, [], 0]);
});

Deno.test("whoever closes it learns when the server knows", async () => {
  const { live, link } = setUp();
  const line = await live();
  link.close = () => 7;
  assertEquals(line.close(new Cut("enough", "client")), 7);
  assertEquals(line.close(new Cut("enough", "client")), undefined);
});

Deno.test("it ends with its client, even before it is open", async () => {
  const { abort, opening, done } = setUp();
  abort.abort(new Cut("over", "client"));
  await assertRejects(() => opening, Cut, "over");
  assertEquals(done, ["?id=token", "closed"]);
  const { signal } = abort;
  const clock = new FakeClock();
  const late = { options: checkOptions({}), world: { clock }, signal } as unknown as Context;
  await assertRejects(
    () => openLine(late, someSession(), () => Promise.reject() as never),
    Cut,
    "over",
  );
  assertEquals(clock.pending, 0);
});

Deno.test("a link that cannot even begin is a cut", async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const context = { options: checkOptions({}), world: { clock }, signal } as unknown as Context;
  const opening = openLine(context, someSession(), () => {
    throw new TypeError("no such address");
  });
  await assertRejects(() => opening, Cut, "no such address");
  await turn();
  assertEquals(clock.pending, 0);
});
