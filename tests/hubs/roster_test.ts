import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HubError } from "../../src/hubs/hub_error.ts";
import { client, hubState } from "../support/fake_transport.ts";

const ids = (sessions: Iterable<{ readonly id: string }>) => [...sessions].map(({ id }) => id);

/** A hub with these clients, each with its user. */
function hubWith(users: Readonly<Record<string, string | undefined>>) {
  const hub = hubState({}, { maxGroups: 2 });
  const sessions = Object.entries(users).map(([id, user]) =>
    client(hub, { id, user: user === undefined ? undefined : { id: user } }).session
  );
  return { roster: hub.roster, sessions };
}

Deno.test("clients are found by their ids, their users, and all together", () => {
  const { roster, sessions: [a] } = hubWith({ a: "Ada", b: "Bob", c: "Ada", d: undefined });
  assertEquals(ids(roster.all()), ["a", "b", "c", "d"]);
  assertEquals(roster.one("a"), a);
  assertEquals(roster.one("x"), undefined);
  assertEquals([ids(roster.user("Ada")), ids(roster.user("x"))], [["a", "c"], []]);
});

Deno.test("groups have whoever has joined and not left", () => {
  const { roster, sessions: [a, b] } = hubWith({ a: undefined, b: undefined });
  for (const session of [a, a, b]) roster.join("room", session);
  roster.join("other", a);
  assertEquals([ids(roster.group("room")), ids(roster.group("other"))], [["a", "b"], ["a"]]);
  assertEquals(ids(roster.group("Room")), []);
  roster.leave("room", a);
  roster.leave("room", a);
  roster.leave("nothing", b);
  roster.leave("room", undefined);
  assertEquals(ids(roster.group("room")), ["b"]);
});

Deno.test("nobody is in more groups than may be, but again in those that it is in", () => {
  const { roster, sessions: [a] } = hubWith({ a: undefined });
  roster.join("1", a);
  roster.join("2", a);
  assertThrows(() => roster.join("3", a), HubError, "expected at most 2 groups");
  roster.join("2", a);
  roster.leave("1", a);
  roster.join("3", a);
  assertEquals(ids(roster.group("3")), ["a"]);
});

Deno.test("who is gone is in nothing, and joins nothing", () => {
  const { roster, sessions: [a, b] } = hubWith({ a: "Ada", b: "Ada" });
  roster.join("room", a);
  roster.delete(a!);
  roster.delete(a!);
  assertEquals([ids(roster.all()), ids(roster.user("Ada")), ids(roster.group("room"))], [
    ["b"],
    ["b"],
    [],
  ]);
  roster.join("room", a);
  roster.join("room", undefined);
  assertEquals([ids(roster.group("room")), a!.groups], [[], undefined]);
  roster.delete(b!);
  assertEquals(ids(roster.user("Ada")), []);
});

Deno.test("who has yet to shake hands is in nothing, and is known all the same", () => {
  const hub = hubState();
  const { session } = client(hub, { protocol: null, user: { id: "Ada" } });
  const { roster } = hub;
  roster.arrive(session);
  assertEquals([[...roster.arriving()], [...roster.all()], [...roster.user("Ada")]], [
    [session],
    [],
    [],
  ]);
  roster.add(session);
  assertEquals([[...roster.arriving()], [...roster.all()]], [[], [session]]);
  roster.delete(session);
  roster.arrive(session);
  roster.delete(session);
  assertEquals([[...roster.arriving()], [...roster.all()]], [[], []]);
});

Deno.test("whoever a call is for is found", () => {
  const { roster, sessions: [a, b] } = hubWith({ a: "Ada", b: "Bob" });
  roster.join("room", b);
  const found = (["all", "group", "user"] as const).map((to) =>
    ids(roster.in({ to, name: to === "group" ? "room" : "Ada" }))
  );
  assertEquals(found, [["a", "b"], ["b"], ["a"]]);
  assertEquals(a!.groups, undefined);
});

Deno.test("whoever watches hears of each who joins, and of the last who leaves", () => {
  const { roster, sessions: [a, b] } = hubWith({ a: undefined, b: undefined });
  const log: string[] = [];
  roster.watcher = {
    joined(group) {
      log.push(`+${group}`);
      if (group === "bad") throw new HubError("not this one");
      return undefined;
    },
    left: (group) => void log.push(`-${group}`),
  };
  assertEquals([roster.join("room", a), roster.join("room", b)], [undefined, undefined]);
  roster.leave("room", a);
  roster.leave("room", a);
  roster.delete(b!);
  assertEquals(log, ["+room", "+room", "-room"]);
  assertThrows(() => roster.join("bad", a), HubError, "not this one");
  assertEquals(ids(roster.group("bad")), []);
});

Deno.test("who joins is in at once, and out again if others cannot reach it there", async () => {
  const { roster, sessions: [a] } = hubWith({ a: undefined });
  let refuse: (error: Error) => void = () => {};
  roster.watcher = {
    joined: () => new Promise((_, reject) => refuse = reject),
    left() {},
  };
  const joined = roster.join("room", a);
  assertEquals(ids(roster.group("room")), ["a"]);
  refuse(new Error("no permission"));
  const { message, cause } = await assertRejects(() => joined!, HubError);
  assertEquals([message, `${cause}`], ["the engine refuses this group", "Error: no permission"]);
  assertEquals(ids(roster.group("room")), []);
});
