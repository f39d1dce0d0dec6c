import { assertEquals, assertRejects } from "@std/assert";
import type { Context } from "../../src/client/context.ts";
import { Cut } from "../../src/client/cut.ts";
import { fallBack } from "../../src/client/fallback.ts";
import { negotiate } from "../../src/client/negotiation.ts";
import type { ConnectOptions } from "../../src/client/options.ts";
import { ClientWorld } from "../support/client_world.ts";

async function setUp(
  world: ClientWorld,
  options: ConnectOptions = {},
  more: Partial<Context> = {},
) {
  const made = world.context(options, more);
  const offer = await negotiate(made.context);
  const fall = async (failure?: unknown) => {
    const line = fallBack(made.context, offer, failure);
    line.catch(() => {});
    await world.pass();
    return await line;
  };
  return { ...made, fall };
}

Deno.test("the first other way is taken, with the token that nobody has used", async () => {
  await using world = new ClientWorld();
  const { context, fall, abort } = await setUp(world, {}, { blocked: 0 });
  const line = await fall();
  assertEquals([line.session.way, context.blocked], ["serverSentEvents", 0]);
  assertEquals(world.asked.filter((what) => what.startsWith("POST /hub/")).length, 1);
  abort.abort(new Cut("over"));
});

Deno.test("if a WebSocket has failed, it is left alone, for longer each time", async () => {
  await using world = new ClientWorld();
  const { context, fall, abort } = await setUp(world);
  await fall(new Error("no way"));
  assertEquals(context.blocked - world.clock.now(), 60_000);
  assertEquals(world.asked.filter((what) => what.startsWith("POST /hub/")).length, 2);
  context.pause = 3_000_000;
  await fall(new Error("no way"));
  await fall(new Error("no way"));
  assertEquals(context.blocked - world.clock.now(), 3_600_000);
  abort.abort(new Cut("over"));
});

Deno.test("a way that is refused is only that way", async () => {
  await using world = new ClientWorld();
  const { fall, abort } = await setUp(world);
  world.answer = ({ headers }) =>
    headers.get("accept") === "text/event-stream" ? new Response("", { status: 403 }) : undefined;
  assertEquals((await fall()).session.way, "longPolling");
  abort.abort(new Cut("over"));
  const none = await setUp(world);
  world.answer = () => new Response("", { status: 403 });
  const cut = await assertRejects(() => none.fall(), Cut, "answers 403");
  assertEquals(cut.over, "client");
});

Deno.test("a session that is gone before the first link is there is not the end of the client", async () => {
  await using world = new ClientWorld();
  for (const way of ["serverSentEvents", "longPolling"] as const) {
    for (const status of [204, 404]) {
      const { fall, abort } = await setUp(world, { transports: [way] });
      world.answer = ({ method }) => method === "GET" ? new Response(null, { status }) : undefined;
      const cut = await assertRejects(() => fall(), Cut, `answers ${status}`);
      assertEquals(cut.over, "link");
      world.answer = () => undefined;
      abort.abort(new Cut("over"));
    }
  }
});

Deno.test("where there is no other way, that is said", async () => {
  await using world = new ClientWorld();
  const { context } = world.context({ transports: [] });
  const offer = await negotiate(context);
  const cut = await assertRejects(() => fallBack(context, offer, undefined), Cut);
  assertEquals([cut.message, cut.over], [
    "expected a way to connect that the server offers",
    "client",
  ]);
});

Deno.test("when its time has come and nothing is under way, a WebSocket takes over", async () => {
  await using world = new ClientWorld();
  let idle = true;
  const { context, fall, abort } = await setUp(world, {}, { idle: () => idle });
  const line = await fall(new Error("no way"));
  await world.pass(10_000);
  assertEquals([world.sockets.length, line.live], [0, true]);
  idle = false;
  await world.pass(50_000);
  await world.pass(5_000);
  assertEquals([world.sockets.length, line.live], [0, true]);
  idle = true;
  await world.pass(5_000);
  await world.pass();
  assertEquals([context.next?.session.way, context.next?.live], ["webSockets", true]);
  const cut = await assertRejects(() => line.ended, Cut);
  assertEquals([cut.over, context.blocked], ["session", 0]);
  abort.abort(new Cut("over"));
});

/** A line of events whose next post is on its way until it is let through. */
async function posting(world: ClientWorld) {
  const { context, fall, abort } = await setUp(world);
  const line = await fall(new Error("no way"));
  let answered = () => {};
  const { fetch } = context.world;
  Object.assign(context.world, {
    async fetch(...args: Parameters<typeof fetch>) {
      const [url, { method }] = args;
      const isPost = method === "POST" && url.pathname === "/hub";
      if (isPost) await new Promise<void>((resolve) => answered = resolve);
      return await fetch(...args);
    },
  });
  context.blocked = 0;
  line.send('{"type":6}\x1e');
  await world.pass(5_000);
  await world.pass(5_000);
  assertEquals([world.sockets.length, line.live, context.next], [1, true, undefined]);
  const letThrough = async () => {
    answered();
    await world.pass();
    await world.pass(100);
    await world.pass();
  };
  return { context, line, abort, letThrough };
}

Deno.test("what is on its way to the server, such as an answer, gets there first", async () => {
  await using world = new ClientWorld();
  const { context, line, abort, letThrough } = await posting(world);
  await letThrough();
  assertEquals([world.sockets.length, line.live, context.next?.live], [1, false, true]);
  abort.abort(new Cut("over"));
});

Deno.test("a WebSocket that has died by then does not take over", async () => {
  await using world = new ClientWorld();
  const { context, line, abort, letThrough } = await posting(world);
  world.cut();
  await letThrough();
  assertEquals([line.live, context.next], [true, undefined]);
  abort.abort(new Cut("over"));
});

Deno.test("not if something begins meanwhile, nor if it does not get through", async () => {
  await using world = new ClientWorld();
  let times = 0;
  const { context, fall, abort } = await setUp(world, {}, { idle: () => ++times === 1 });
  const line = await fall(new Error("no way"));
  await world.pass(60_000);
  await world.pass(5_000);
  await world.pass();
  assertEquals([line.live, context.next, world.sockets[0]!.readyState], [true, undefined, 3]);
  context.idle = () => true;
  context.blocked = 0;
  world.noSockets = true;
  await world.pass(5_000);
  await world.pass();
  assertEquals([line.live, context.next, world.sockets.length], [true, undefined, 2]);
  context.blocked = 0;
  world.answer = () => Response.json({ connectionId: "a", availableTransports: [] });
  await world.pass(5_000);
  assertEquals(world.sockets.length, 2);
  abort.abort(new Cut("over"));
});

Deno.test("where WebSockets may not be taken, nobody looks for them", async () => {
  await using world = new ClientWorld();
  const { fall, abort } = await setUp(world, { transports: ["longPolling"] });
  const line = await fall();
  const { length } = world.asked;
  await world.pass(5_000);
  assertEquals([line.session.way, world.asked.length], ["longPolling", length]);
  abort.abort(new Cut("over"));
});

Deno.test("a WebSocket does not live beside what begins while something is on its way", async () => {
  await using world = new ClientWorld();
  const { context, line, abort } = await posting(world);
  Object.assign(context, { idle: () => false });
  await world.pass(100);
  await world.pass(100);
  assertEquals([world.sockets[0]!.readyState > 1, line.live, context.next], [
    true,
    true,
    undefined,
  ]);
  abort.abort(new Cut("over"));
});
