import { assertEquals, assertRejects } from "@std/assert";
import { Cut } from "../../src/client/cut.ts";
import { begin, resume } from "../../src/client/dial.ts";
import { messagePack } from "../../src/client/message_pack.ts";
import { ClientWorld } from "../support/client_world.ts";

/** What a promise settles to, once the world has had the time for it. */
async function settled<T>(world: ClientWorld, promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await world.pass();
  return await promise;
}

Deno.test("a session begins over a WebSocket, with a token that was just asked for", async () => {
  await using world = new ClientWorld();
  let count = 0;
  const { context, abort } = world.context({ accessToken: () => `token ${++count}` });
  const line = await settled(world, begin(context));
  assertEquals([line.session.way, line.live, context.others], ["webSockets", true, true]);
  assertEquals([context.token, world.tokens], ["token 1", ["Bearer token 1"]]);
  assertEquals(world.sockets[0]!.headers, { authorization: "Bearer token 1" });
  abort.abort(new Cut("over"));
});

Deno.test("where no WebSocket gets through, another way is taken, if there is one", async () => {
  await using world = new ClientWorld();
  world.noSockets = true;
  const { context, abort } = world.context();
  const line = await settled(world, begin(context));
  assertEquals([line.session.way, context.blocked > world.clock.now()], ["serverSentEvents", true]);
  const blocked = await settled(world, begin(context));
  assertEquals([blocked.session.way, world.sockets.length], ["serverSentEvents", 1]);
  abort.abort(new Cut("over"));
  const only = world.context({ transports: ["webSockets"] });
  only.context.blocked = Infinity;
  await assertRejects(() => settled(world, begin(only.context)), Cut, "the WebSocket was closed");
});

Deno.test("a server that refuses the handshake is not asked again another way", async () => {
  await using world = new ClientWorld();
  const { context } = world.context({
    protocol: { ...(await messagePack()), name: "cbor" } as never,
  });
  const cut = await assertRejects(() => settled(world, begin(context)), Cut, "'cbor'");
  assertEquals([cut.over, world.asked.length], ["client", 1]);
});

Deno.test("a session goes on over another WebSocket", async () => {
  await using world = new ClientWorld();
  const { context, abort } = world.context();
  const { session } = await settled(world, begin(context));
  world.cut();
  await world.pass();
  const line = await settled(world, resume(context, session));
  assertEquals([line.session === session, line.live], [true, true]);
  abort.abort(new Cut("over"));
});

Deno.test("of one that does not, the server says whether it is there", async () => {
  await using world = new ClientWorld();
  const { context } = world.context({}, { proved: true });
  const { session } = await settled(world, begin(context));
  world.cut();
  await world.pass();
  world.noSockets = true;
  const there = await assertRejects(() => settled(world, resume(context, session)), Cut);
  assertEquals([there.message, there.over], ["the WebSocket was closed: 1006 ", "link"]);
  world.answer = () => new Response("", { status: 503, headers: { "retry-after": "3" } });
  const busy = await assertRejects(() => settled(world, resume(context, session)), Cut);
  assertEquals([busy.over, busy.retryAfter], ["link", 3_000]);
  world.answer = () => undefined;
  await world.pass(16_000);
  const gone = await assertRejects(() => settled(world, resume(context, session)), Cut);
  assertEquals([gone.message, gone.over], ["the server has ended the session", "session"]);
});

Deno.test("in a silent network, another WebSocket is tried instead of asking for the session", async () => {
  await using world = new ClientWorld();
  const { context, abort } = world.context();
  const { session } = await settled(world, begin(context));
  const { length } = world.asked;
  world.silent = true;
  world.cut();
  const dialled = resume(context, session);
  const failed = assertRejects(() => dialled, Cut, "the server does not answer");
  await world.pass(7_000);
  await failed;
  assertEquals(world.asked.length, length);
  world.silent = false;
  assertEquals((await settled(world, resume(context, session))).live, true);
  abort.abort(new Cut("over"));
});

Deno.test("who was sent away while it was cut off hears of it, and asks nobody else", async () => {
  await using world = new ClientWorld();
  const { context } = world.context();
  const { session } = await settled(world, begin(context));
  world.cut();
  await world.pass();
  world.served.connection.abort();
  await world.pass();
  // A process that knows nothing of it would say that the session is gone.
  world.answer = ({ method }) => method === "POST" ? new Response("", { status: 404 }) : undefined;
  const gone = await assertRejects(() => settled(world, resume(context, session)), Cut);
  assertEquals(gone.over, "client");
});
