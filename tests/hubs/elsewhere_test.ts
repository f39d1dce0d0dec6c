import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubError } from "../../src/hubs/hub_error.ts";
import { call } from "../../src/hubs/parameters.ts";
import { number, optional, text, truth, whatever } from "../fixtures/schemas.ts";
import { client, type FakeTransport } from "../support/fake_transport.ts";
import { type HubProcess, HubProcesses, settled } from "../support/hub_pair.ts";
import { messagePack } from "../support/messagepack.ts";

const SIDE = {
  message: call(whatever, optional(number)),
  confirm: call(text).returns(truth),
};

interface AnyTarget {
  except(...ids: string[]): AnyTarget;
  message(...args: unknown[]): Promise<unknown>;
  confirm(...args: unknown[]): Promise<unknown>;
}

interface AnyClients {
  readonly all: AnyTarget;
  client(id: string): AnyTarget;
  group(name: string): AnyTarget;
  user(id: string): AnyTarget;
}

const clientsOf = ({ hub }: HubProcess) => hub.clients as unknown as AnyClients;

/** What a client was sent since the last time, in either encoding. */
function taken(transport: FakeTransport): unknown[] {
  const frames = transport.frames.splice(0);
  const bytes = frames.filter((frame) => typeof frame !== "string");
  const decoder = messagePack.decoder({ maxMessageSize: 10_000 });
  const binary = bytes.flatMap((frame) => [...decoder.push(frame)]) as unknown[];
  const text = frames.filter((frame) => typeof frame === "string").join("").split("\x1e");
  const all = [...text.filter((part) => part !== "").map((part) => JSON.parse(part)), ...binary];
  return all.map(({ arguments: args }) => args);
}

/** Two processes: `near` has client a, `far` has b, of the same user, and c, who speaks MessagePack. */
async function setUp() {
  const processes = new HubProcesses(SIDE);
  const near = await processes.add();
  const far = await processes.add();
  const [a, b, c] = [
    client(near.state, { id: "a", user: { id: "Ada" } }),
    client(far.state, { id: "b", user: { id: "Ada" } }),
    client(far.state, { id: "c", user: { id: "Carol" }, protocol: messagePack }),
  ];
  const sent = async () => {
    await settled();
    return [a, b, c].map((one) => taken(one!.transport));
  };
  return { processes, clock: processes.clock, near, far, a: a!, b: b!, c: c!, sent };
}

Deno.test("all, groups and users are called in every process, each once, and some are left out", async () => {
  const { near, far, a, b, c, sent } = await setUp();
  const clients = clientsOf(near);
  await clients.all.message("all");
  assertEquals(await sent(), [[["all"]], [["all"]], [["all"]]]);
  await clients.all.except("b").message("but b");
  assertEquals(await sent(), [[["but b"]], [], [["but b"]]]);
  await clients.user("Ada").message("Ada");
  assertEquals(await sent(), [[["Ada"]], [["Ada"]], []]);
  for (const [process, one] of [[near, a], [far, b], [far, c]] as const) {
    await process.state.roster.join("room", one.session);
  }
  await clients.group("room").message("room", 1);
  assertEquals(await sent(), [[["room", 1]], [["room", 1]], [["room", 1]]]);
  far.state.roster.leave("room", c.session);
  await clientsOf(far).group("room").except("b").message("others");
  assertEquals(await sent(), [[["others"]], [], []]);
});

Deno.test("values arrive as they are, in either encoding", async () => {
  const { near, sent } = await setUp();
  const value = {
    bytes: new Uint8Array([1, 2, 255]),
    date: new Date(5),
    $: { $: [1] },
    list: [null, "ü\n"],
  };
  await clientsOf(near).all.message(value);
  const inJson = { ...value, bytes: "AQL/", date: "1970-01-01T00:00:00.005Z" };
  assertEquals(await sent(), [[[inJson]], [[inJson]], [[value]]]);
});

Deno.test("what cannot be sent is an error before anybody gets it", async () => {
  const { near, sent } = await setUp();
  assertThrows(() => clientsOf(near).all.message(new Map()), TypeError, "a Map");
  assertThrows(
    () => clientsOf(near).all.message("x".repeat(2 * 1024 * 1024)),
    Error,
    "Cannot reach other processes: expected at most",
  );
  const [first] = await sent();
  assertEquals(first!.length, 1);
});

Deno.test("one client of another process is called, and asked", async () => {
  const { near, far, b, sent } = await setUp();
  const { engine } = near;
  const clients = clientsOf(near);
  const before = engine.sent.length;
  await clients.client("b").message("one");
  assertEquals(await sent(), [[], [["one"]], []]);
  const answer = clients.client("b").confirm("sure?");
  await settled();
  assertEquals(taken(b.transport), [["sure?"]]);
  b.session.results.settle({ type: 3, invocationId: "s1", result: true });
  assertEquals(await answer, true);
  // The first goes to all, because nobody knows yet whose it is.
  const channels = engine.sent.slice(before).map(({ channel }) => channel.split(">")[2]);
  assertEquals(channels.filter((name) => name !== undefined), ["all", "process"]);
  // Nobody is called, and nobody can answer.
  await clients.client("nobody").message("x");
  await assertRejects(() => clients.client("nobody").confirm("?"), HubError, "the client is gone");
  far.state.roster.delete(b.session);
  await clients.client("b").message("late");
  await assertRejects(() => clients.client("b").confirm("?"), HubError, "the client is gone");
});

Deno.test("an answer that is none, an error of the client, and one that leaves reject", async () => {
  const { near, b } = await setUp();
  const clients = clientsOf(near);
  const ask = async () => {
    const answer = clients.client("b").confirm("?");
    await settled();
    return { answer };
  };
  const wrong = await ask();
  b.session.results.settle({ type: 3, invocationId: "s1", result: 5 });
  await assertRejects(() => wrong.answer, HubError, "the answer to confirm");
  const failing = await ask();
  b.session.results.settle({ type: 3, invocationId: "s2", error: "no" });
  await assertRejects(() => failing.answer, HubError, "no");
  const empty = await ask();
  b.session.results.settle({ type: 3, invocationId: "s3" });
  await assertRejects(() => empty.answer, HubError, "the answer to confirm");
  const leaving = await ask();
  b.session.ended();
  await assertRejects(() => leaving.answer, HubError, "the client is gone");
  await assertRejects(() => clients.client("b").confirm("?"), HubError, "the client is gone");
});

Deno.test("groups of a connection of another process are changed, and errors come back", async () => {
  const { near, sent } = await setUp();
  await near.hub.groups.add("room", "b");
  await near.hub.groups.add("room", "nobody");
  await clientsOf(near).group("room").message("in");
  assertEquals(await sent(), [[], [["in"]], []]);
  await near.hub.groups.remove("room", "b");
  await clientsOf(near).group("room").message("out");
  assertEquals(await sent(), [[], [], []]);
  for (let i = 0; i < 128; i++) await near.hub.groups.add(`${i}`, "b");
  await assertRejects(() => near.hub.groups.add("one more", "b"), HubError, "at most 128 groups");
  await assertRejects(() => near.hub.groups.add(5 as never, "b"), TypeError, "Cannot use a group");
  await assertRejects(() => near.hub.groups.add("x".repeat(256), "c"), HubError, "255 bytes");
  await assertRejects(() => near.hub.groups.add("\ud800", "c"), HubError, "255 bytes");
  // Nobody can be in it.
  await clientsOf(near).group("x".repeat(256)).message("nobody");
});

Deno.test("without its engine, a hub goes on for its own clients, and says so of all others", async () => {
  const { near, far, a, sent } = await setUp();
  near.engine.listener.disconnected(new Error("cut"));
  assertEquals([near.hub.state, far.hub.state], ["down", "up"]);
  await near.hub.groups.add("room", "a");
  await clientsOf(near).all.message("all");
  await clientsOf(near).group("room").message("room");
  await clientsOf(near).client("a").message("one");
  assertEquals(await sent(), [[["all"], ["room"], ["one"]], [], []]);
  for (
    const attempt of [
      () => clientsOf(near).client("b").message("x"),
      () => clientsOf(near).client("b").confirm("?"),
      () => near.hub.groups.add("room", "b"),
    ]
  ) {
    await assertRejects(attempt, HubError, "expected an engine that leads to other processes");
  }
  // Nobody waits for these.
  void clientsOf(near).client("b").message("x");
  near.engine.listener.connected();
  await settled();
  assertEquals(near.told, ["up", "down", "up", {
    group: undefined,
    cause: "engine-reconnect",
    missed: undefined,
  }, { group: "room", cause: "engine-reconnect", missed: undefined }]);
  await clientsOf(far).group("room").message("back");
  assertEquals(await sent(), [[["back"]], [], []]);
  assertEquals(a.session.open, true);
});

Deno.test("a question that is under way when the engine goes is settled", async () => {
  const { near } = await setUp();
  const answer = clientsOf(near).client("b").confirm("?");
  await settled();
  near.engine.listener.disconnected(new Error("cut"));
  await assertRejects(() => answer, HubError, "the engine is down");
});

Deno.test("a process that is lost is noticed: what waits for it is settled", async () => {
  const { near, far, clock } = await setUp();
  const answer = clientsOf(near).client("b").confirm("?");
  await settled();
  // It says nothing any more, and hears nothing.
  far.engine.deaf = true;
  let error: unknown;
  answer.catch((fault) => error = fault);
  for (let i = 0; i < 5; i++) clock.pass(1_000);
  await settled();
  assertEquals(error, undefined);
  for (let i = 0; i < 3; i++) clock.pass(1_000);
  await assertRejects(() => answer, HubError, "the process that was asked is lost");
  await assertRejects(() => clientsOf(near).client("b").confirm("?"), HubError, "client is gone");
});

Deno.test("who is known to have been at a process that is lost is not taken for gone", async () => {
  const { near, far, clock } = await setUp();
  const client = (id: string) => clientsOf(near).client(id);
  await client("b").message("here");
  far.engine.deaf = true;
  for (let i = 0; i < 8; i++) clock.pass(1_000);
  await settled();
  const lost = "the process that the client was connected to is lost";
  await assertRejects(() => client("b").message("x"), HubError, lost);
  await assertRejects(() => client("b").confirm("?"), HubError, lost);
  await assertRejects(() => near.hub.groups.add("room", "b"), HubError, lost);
  // Of others, nobody knows anything.
  await client("nobody").message("x");
  far.engine.deaf = false;
  for (let i = 0; i < 3; i++) clock.pass(1_000);
  await settled();
  await client("b").message("back");
});

Deno.test("who was at a process that has said goodbye is gone", async () => {
  const { near, far } = await setUp();
  const client = (id: string) => clientsOf(near).client(id);
  await client("b").message("here");
  await far.hub.close();
  await settled();
  await client("b").message("x");
  await assertRejects(() => client("b").confirm("?"), HubError, "the client is gone");
});

Deno.test("what the engine says is not what clients are told", async () => {
  const { near } = await setUp();
  const { engine } = near;
  const { publish } = engine;
  engine.publish = () => Promise.reject(new Error("NOAUTH at 10.0.0.5"));
  const error = await assertRejects(() => clientsOf(near).client("b").confirm("?"), HubError);
  assertEquals(error.message, "the engine has not taken a question to another process");
  assertEquals(`${(error.cause as Error).cause ?? error.cause}`.includes("NOAUTH"), true);
  engine.publish = publish;
});

Deno.test("a process that says nothing is given up after five seconds", async () => {
  const { near, far, clock } = await setUp();
  far.engine.subscribed.clear();
  const adding = near.hub.groups.add("room", "b");
  for (let i = 0; i < 6; i++) clock.pass(1_000);
  await assertRejects(() => adding, HubError, "expected other processes to answer within 5 s");
});

Deno.test("a hub that is closed says goodbye, and asks nobody any more", async () => {
  const { near, far } = await setUp();
  const answer = clientsOf(near).client("b").confirm("?");
  await settled();
  await far.hub.close();
  await assertRejects(() => answer, HubError, "the process that was asked is lost");
  await near.hub.close();
  await near.hub.close();
  await assertRejects(() => near.hub.groups.add("room", "b"), HubError, "the hub is closed");
  // Nothing more is asked of the engine.
  const { size } = near.engine.subscribed;
  await near.hub.groups.add("late", "a");
  assertEquals(near.engine.subscribed.size, size);
  await clientsOf(near).all.message("nobody");
});

Deno.test("whoever has handed out a token says who was first with it", async () => {
  const { near, far, processes } = await setUp();
  const [here, there] = [near.state.elsewhere!, far.state.elsewhere!];
  // Who asks again has not heard the answer.
  assertEquals([here.size, await here.claim(there.id, "x"), await here.claim(there.id, "x")], [
    1,
    true,
    true,
  ]);
  const third = (await processes.add()).state.elsewhere!;
  assertEquals(await third.claim(there.id, "x"), false);
  await third.close();
  assertEquals(await here.claim("nobody", "x"), undefined);
  // It says nothing any more.
  far.engine.deaf = true;
  const claim = here.claim(there.id, "y");
  for (let i = 0; i < 6; i++) processes.clock.pass(1_000);
  assertEquals(await claim, undefined);
  near.engine.listener.disconnected(new Error("cut"));
  assertEquals(await here.claim(there.id, "y"), undefined);
});

Deno.test("a group that the engine takes its time for may have missed something", async () => {
  const { near, clock } = await setUp();
  let know = () => {};
  near.engine.subscribe = () => new Promise((resolve) => know = () => resolve(undefined));
  const joined = near.hub.groups.add("room", "a");
  await settled();
  clock.pass(500);
  await joined;
  know();
  await settled();
  assertEquals(near.told.at(-1), { group: "room", cause: "slow", missed: undefined });
});

Deno.test("what is wrong with the engine is told", async () => {
  const faults: unknown[] = [];
  const processes = new HubProcesses(SIDE);
  const near = await processes.add({ onBrokerError: (fault) => void faults.push(fault) });
  near.engine.listener.error("wrong password");
  assertEquals(faults, ["wrong password"]);
});

Deno.test("a group that nobody here is in any more is let go of at the engine", async () => {
  const { near, clock } = await setUp();
  await near.hub.groups.add("room", "a");
  await near.hub.groups.remove("room", "a");
  const channel = [...near.engine.subscribed].find((name) => name.includes("room"));
  clock.pass(4_000);
  await settled();
  assertEquals(near.engine.subscribed.has(channel!), true);
  clock.pass(2_000);
  await settled();
  assertEquals(near.engine.subscribed.has(channel!), false);
});

Deno.test("whoever is new asks nobody before it knows the others", async () => {
  const { processes, b } = await setUp();
  const third = await processes.add({}, true);
  third.engine.listener.connected();
  await settled();
  const called = clientsOf(third).client("b").message("early");
  const late = clientsOf(third).client("nobody").message("x");
  await settled();
  assertEquals(taken(b.transport), []);
  processes.clock.pass(500);
  await called;
  await late;
  await settled();
  assertEquals(taken(b.transport), [["early"]]);
  // While it waits, the engine may go.
  third.engine.listener.disconnected(new Error("cut"));
  third.engine.listener.connected();
  await settled();
  const lost = clientsOf(third).client("nobody").message("x");
  third.engine.listener.disconnected(new Error("cut"));
  processes.clock.pass(500);
  await assertRejects(() => lost, HubError, "got one that is down");
});
