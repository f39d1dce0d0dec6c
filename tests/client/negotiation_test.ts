import { assertEquals, assertRejects } from "@std/assert";
import { Cut } from "../../src/client/cut.ts";
import { messagePack } from "../../src/client/message_pack.ts";
import { negotiate } from "../../src/client/negotiation.ts";
import { ClientWorld } from "../support/client_world.ts";

Deno.test("a server is asked for a session, and offers the ways there are", async () => {
  await using world = new ClientWorld();
  const { context } = world.context({ accessToken: () => "the token" });
  const url = new URL("http://localhost/hub/?room=1");
  let asked = "";
  world.answer = (request) => void (asked = request.url) as undefined;
  const offer = await negotiate({ ...context, url });
  assertEquals(
    asked,
    "http://localhost/hub/negotiate?room=1&negotiateVersion=1&useStatefulReconnect=true",
  );
  assertEquals(offer.ways, ["webSockets", "serverSentEvents", "longPolling"]);
  const session = offer.session("webSockets");
  assertEquals(session.url.searchParams.get("room"), "1");
  assertEquals(session.url.searchParams.get("id") === session.connectionId, false);
  assertEquals([session.way, session.left.size], ["webSockets", 0]);
  assertEquals([!!session.replay, !!offer.session("longPolling").replay], [true, false]);
});

Deno.test("only what both know is offered, and carries the encoding", async () => {
  await using world = new ClientWorld({ statefulReconnectBufferSize: 0 });
  const some = world.context({ transports: ["longPolling", "webSockets"] });
  const offer = await negotiate(some.context);
  assertEquals([offer.ways, offer.session("webSockets").replay], [
    ["webSockets", "longPolling"],
    undefined,
  ]);
  const binary = world.context({ protocol: await messagePack() });
  assertEquals((await negotiate(binary.context)).ways, ["webSockets", "longPolling"]);
  const none = { ...some.context, world: { ...world.environment, WebSocket: undefined } };
  assertEquals((await negotiate(none)).ways, ["longPolling"]);
});

Deno.test("of an older server, the id is the token; and a refusal is the end", async () => {
  await using world = new ClientWorld();
  const { context } = world.context();
  world.answer = () => Response.json({ connectionId: "both", availableTransports: [] });
  const offer = await negotiate(context);
  assertEquals(offer.session("longPolling").url.searchParams.get("id"), "both");
  world.answer = () => Response.json({ error: "not you" });
  const cut = await assertRejects(() => negotiate(context), Cut, "not you");
  assertEquals(cut.over, "client");
});

Deno.test("an answer that stops in the middle is waited for seven seconds", async () => {
  await using world = new ClientWorld();
  const { context } = world.context();
  world.answer = () => new Response(new ReadableStream<Uint8Array>());
  const asked = negotiate(context);
  asked.catch(() => {});
  await world.pass(7_000);
  const cut = await assertRejects(() => asked, Cut, "the server does not answer");
  assertEquals(cut.over, "link");
});
