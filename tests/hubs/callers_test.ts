import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { ALL } from "../../src/hubs/audience.ts";
import { Callers, ClientsOf } from "../../src/hubs/callers.ts";
import type { Elsewhere } from "../../src/hubs/elsewhere.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { call } from "../../src/hubs/parameters.ts";
import { messagePack } from "../support/messagepack.ts";
import { later, number, optional, text, truth, whatever } from "../fixtures/schemas.ts";
import { client, type FakeTransport, hubState } from "../support/fake_transport.ts";

const SIDE = {
  message: call(text, optional(number)),
  shout: call(later(text, (value) => value.toUpperCase())),
  confirm: call(text).returns(truth),
  "__proto__x": call(),
  constructor: call(text),
  shapeless: call(whatever),
};

/** Three clients, the second of whom speaks MessagePack; a and b are the same user. */
function setUp() {
  const hub = hubState({}, {}, SIDE);
  const [a, b, c] = ["a", "b", "c"].map((id) =>
    client(hub, {
      id,
      user: { id: id === "c" ? "Carol" : "Ada" },
      ...id === "b" ? { protocol: messagePack } : {},
    })
  );
  const asked: string[] = [];
  const before = (name: string) => void asked.push(name);
  const clients = new ClientsOf(hub.callers, before) as unknown as AnyClients;
  const sent = async () => {
    await nextTurn();
    return [a, b, c].map((one) => taken(one!.transport).map(({ arguments: args }) => args));
  };
  return { hub, a: a!, b: b!, c: c!, clients, asked, sent };
}

interface AnyClients {
  readonly all: AnyTarget;
  client(id: string): AnyTarget;
  group(name: string): AnyTarget;
  user(id: string): AnyTarget;
}

interface AnyTarget {
  except(...ids: string[]): AnyTarget;
  message(...args: unknown[]): Promise<unknown>;
  shout(...args: unknown[]): Promise<unknown>;
  confirm(...args: unknown[]): Promise<unknown>;
  shapeless(...args: unknown[]): Promise<unknown>;
}

/** What was sent since the last time, in either encoding. */
function taken(transport: FakeTransport): Record<string, unknown>[] {
  const frames = transport.frames.splice(0);
  const bytes = frames.filter((frame) => typeof frame !== "string");
  const decoder = messagePack.decoder({ maxMessageSize: 10_000 });
  const binary = bytes.flatMap((frame) => [...decoder.push(frame)]);
  const text = frames.filter((frame) => typeof frame === "string").join("").split("\x1e");
  return [
    ...text.filter((part) => part !== "").map((part) => JSON.parse(part)),
    ...binary as unknown as Record<string, unknown>[],
  ];
}

Deno.test("all, one, groups and users are called, each once", async () => {
  const { clients, sent, hub, a, c } = setUp();
  hub.roster.join("room", a.session);
  hub.roster.join("room", c.session);
  await clients.all.message("all", 1);
  assertEquals(await sent(), [[["all", 1]], [["all", 1]], [["all", 1]]]);
  await clients.client("b").message("one");
  await clients.client("nobody").message("none");
  assertEquals(await sent(), [[], [["one"]], []]);
  await clients.group("room").message("room");
  await clients.group("none").message("none");
  assertEquals(await sent(), [[["room"]], [], [["room"]]]);
  await clients.user("Ada").message("Ada");
  await clients.user("none").message("none");
  assertEquals(await sent(), [[["Ada"]], [["Ada"]], []]);
  // Of many, nobody answers.
  assertEquals(await clients.all.confirm("many"), undefined);
  assertEquals(await sent(), [[["many"]], [["many"]], [["many"]]]);
});

Deno.test("some are left out, and then others as well", async () => {
  const { clients, sent } = setUp();
  await clients.all.except("a", "x").message("1");
  await clients.all.except("a").except("b").message("2");
  await clients.all.except().message("3");
  assertEquals(await sent(), [[["3"]], [["1"], ["3"]], [["1"], ["2"], ["3"]]]);
});

Deno.test("whoever comes later is called by what was kept, too", async () => {
  const { clients, hub, sent } = setUp();
  const { all } = clients;
  const late = client(hub, { id: "late" });
  await all.message("x");
  await sent();
  assertEquals(taken(late.transport).length, 1);
});

Deno.test("arguments are what the schemas make of them, at once if they can", async () => {
  const { clients, sent } = setUp();
  void clients.client("a").message("sync", undefined);
  assertEquals(await sent(), [[["sync"]], [], []]);
  await clients.client("a").shout("later");
  assertEquals(await sent(), [[["LATER"]], [], []]);
  await (clients.client("a").constructor as never as AnyTarget["message"]).call(
    clients.client("a"),
    "a name as good as any",
  );
  assertEquals(await sent(), [[["a name as good as any"]], [], []]);
});

Deno.test("arguments that are wrong throw there and then, and nobody is called", async () => {
  const { clients, sent } = setUp();
  assertThrows(
    () => clients.all.message(5),
    TypeError,
    "Cannot call message: argument 1.here: expected text",
  );
  assertThrows(
    () => clients.all.message("a", 1, 2),
    TypeError,
    "Cannot call message: expected 2 arguments, got 3",
  );
  assertThrows(() => clients.all.message("a", "b"), TypeError, "argument 2.here");
  await assertRejects(() => clients.all.shout(5), TypeError, "Cannot call shout: argument 1.here");
  assertEquals(await sent(), [[], [], []]);
});

Deno.test("one client is asked, and answers", async () => {
  const { clients, a, asked } = setUp();
  const answer = clients.client("a").confirm("sure?");
  assertEquals(asked, ["confirm"]);
  await nextTurn();
  assertEquals(taken(a.transport), [
    { type: 1, invocationId: "s1", target: "confirm", arguments: ["sure?"] },
  ]);
  a.session.results.settle({ type: 3, invocationId: "s1", result: true });
  assertEquals(await answer, true);
  await clients.client("a").message("no question");
  assertEquals(asked, ["confirm"]);
});

Deno.test("an answer that is none is the fault of the client, and not of our code", async () => {
  const { clients, a } = setUp();
  const answer = clients.client("a").confirm("sure?");
  await nextTurn();
  a.session.results.settle({ type: 3, invocationId: "s1", result: 5 });
  await assertRejects(() => answer, HubError, "the answer to confirm.here: expected a boolean");
});

Deno.test("a question to nobody rejects, and so does one that is wrong", async () => {
  const { clients, a, hub } = setUp();
  await assertRejects(() => clients.client("nobody").confirm("?"), HubError, "the client is gone");
  await assertRejects(() => clients.client("a").confirm(5), TypeError, "Cannot call confirm");
  a.session.close({ cause: "local", allowReconnect: false });
  await assertRejects(() => clients.client("a").confirm("?"), HubError, "the client is gone");
  hub.roster.delete(a.session);
  await assertRejects(() => clients.client("a").confirm("?"), HubError, "the client is gone");
});

Deno.test("what comes before a question may refuse it", () => {
  const { hub } = setUp();
  const refusing = hub.callers.one("a", () => {
    throw new TypeError("not now");
  }) as unknown as AnyTarget;
  assertThrows(() => refusing.confirm("?"), TypeError, "not now");
  void refusing.message("x");
});

Deno.test("targets have nothing but their calls", () => {
  const callers = new Callers({ message: SIDE.message }, setUp().hub.roster);
  const target = callers.several(ALL);
  assertEquals(Object.keys(target), []);
  assertEquals((target as { then?: unknown }).then, undefined);
  assertEquals("confirm" in target, false);
});

Deno.test("behind a broker, clients of other processes are called as well", async () => {
  const { hub, a } = setUp();
  const carried: unknown[] = [];
  const elsewhere = {
    call: (audience: object, target: string, except: ReadonlySet<string>, body: string) =>
      void carried.push([audience, target, [...except], body]),
    ask({ op, id, target }: { op: string; id: string; target: string }, body: string) {
      carried.push([op, id, target, body]);
      if (id === "nobody") return Promise.resolve(undefined);
      if (id === "lost") return Promise.reject(new HubError("lost"));
      return Promise.resolve({ from: "p", body: id === "mute" ? "" : "true" });
    },
  };
  const callers = new Callers(SIDE, hub.roster, elsewhere as unknown as Elsewhere);
  const clients = new ClientsOf(callers) as unknown as AnyClients;
  await clients.group("room").except("x").message("1", undefined);
  await clients.client("b elsewhere").message("2");
  assertEquals(await clients.client("b elsewhere").confirm("3"), true);
  assertEquals(carried.splice(0), [
    [{ to: "group", name: "room" }, "message", ["x"], '["1"]'],
    ["call", "b elsewhere", "message", '["2"]'],
    ["ask", "b elsewhere", "confirm", '["3"]'],
  ]);
  await clients.client("nobody").message("x");
  await assertRejects(() => clients.client("nobody").confirm("x"), HubError, "client is gone");
  await assertRejects(() => clients.client("mute").confirm("x"), HubError, "the answer to confirm");
  await assertRejects(() => clients.client("lost").message("x"), HubError, "lost");
  void clients.client("lost").message("nobody waits for this");
  carried.length = 0;
  // Whoever is here is called without them.
  await clients.client("a").message("4");
  assertThrows(() => clients.all.shapeless(new Map()), TypeError, "a Map");
  await nextTurn();
  assertEquals([carried, taken(a.transport).map(({ arguments: args }) => args)], [[], [["4"]]]);
});
