import { assertEquals, assertRejects } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { membership, settled } from "../../src/hubs/context.ts";
import { HubError } from "../../src/hubs/hub_error.ts";
import { call } from "../../src/hubs/parameters.ts";
import { text, truth } from "../fixtures/schemas.ts";
import { client, hubState } from "../support/fake_transport.ts";

const SIDE = { message: call(text), confirm: call(text).returns(truth) };

type Target = Readonly<Record<keyof typeof SIDE, (text: string) => Promise<unknown>>>;

function setUp() {
  const hub = hubState({}, { maxGroups: 1 }, SIDE);
  const me = client(hub, { id: "me", user: "Ada" });
  const other = client(hub, { id: "other" });
  const { signal } = new AbortController();
  const asked: string[] = [];
  const context = hub.contextOf(me.session, { signal, beforeAnswer: (name) => asked.push(name) });
  return { hub, me, other, context, signal, asked };
}

Deno.test("a context says who calls, and on what connection", () => {
  const { context, me, signal } = setUp();
  assertEquals([context.user, context.connectionId, context.signal === signal], [
    "Ada",
    "me",
    true,
  ]);
  const { connection } = context;
  assertEquals([connection.id, connection.transport], ["me", "webSockets"]);
  assertEquals(connection.request, me.transport.request);
  connection.items.set("a", 1);
  assertEquals([context.connection, context.connection.items.get("a")], [connection, 1]);
  assertEquals([...Object.keys(context), ...Object.keys(connection)], []);
});

Deno.test("what goes on after a call learns when its client is gone", () => {
  const { context, me } = setUp();
  const { signal } = context.connection;
  assertEquals([signal.aborted, context.connection.signal === signal], [false, true]);
  me.session.ended();
  assertEquals([signal.aborted, context.signal.aborted], [true, false]);
});

Deno.test("abort ends the connection for good", () => {
  const { context, me } = setUp();
  assertEquals(me.session.aborted, false);
  context.connection.abort();
  assertEquals(me.session.aborted, true);
  assertEquals([me.transport.messages, me.session.end?.cause], [[{ type: 7 }], "local"]);
});

Deno.test("caller and others are told apart", async () => {
  const { context, me, other, asked } = setUp();
  const { clients } = context;
  assertEquals(context.clients, clients);
  await (clients.caller as never as Target).message("caller");
  await (clients.others as never as Target).message("others");
  await (clients.all as never as Target).message("all");
  await (clients.client("other") as never as Target).message("client");
  void (clients.client("other") as never as Target).confirm("sure?");
  await nextTurn();
  const texts = (one: typeof me) =>
    one.transport.messages.map((message) => (message.arguments as string[])[0]);
  assertEquals(texts(me), ["caller", "all"]);
  assertEquals(texts(other), ["others", "all", "client", "sure?"]);
  assertEquals(asked, ["confirm"]);
});

Deno.test("groups are joined and left", async () => {
  const { context, hub, me } = setUp();
  await context.groups.add("room");
  assertEquals([...hub.roster.group("room")], [me.session]);
  await assertRejects(() => context.groups.add("another"), HubError, "expected at most 1 groups");
  await assertRejects(
    () => context.groups.add(5 as never),
    TypeError,
    "Cannot use a group: expected its name as a string, got number",
  );
  await context.groups.remove("room");
  assertEquals([...hub.roster.group("room")], []);
  await assertRejects(() => context.groups.remove(5 as never), TypeError, "Cannot use a group");
});

Deno.test("groups of nobody take nobody, and what nobody waits for does no harm", async () => {
  const { hub } = setUp();
  const nobody = membership(hub.roster, () => undefined);
  await nobody.add("room");
  await nobody.remove("room");
  assertEquals([...hub.roster.group("room")], []);
  void settled(() => {
    throw new Error("nobody waits for this");
  });
  await nextTurn();
});

Deno.test("what there is to wait for is waited for", async () => {
  const order: number[] = [];
  const gate = Promise.withResolvers<void>();
  const done = settled(() => gate.promise).then(() => order.push(2));
  await nextTurn();
  order.push(1);
  gate.resolve();
  await done;
  assertEquals(order, [1, 2]);
});
