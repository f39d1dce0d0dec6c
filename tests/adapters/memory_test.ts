import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { handshakeRequest, memoryServer, nextTurn } from "../support/memory.ts";

function setUp(options: UpgradeOptions = {}) {
  const adapter = new MemoryAdapter();
  const route = new Route(options, () => {
    throw new Error("expected a wrapped server");
  });
  const addresses: string[] = [];
  let answer = () => {};
  const later = new Promise<void>((resolve) => answer = resolve);
  const server = memoryServer(async (request, context) => {
    if (request.url.endsWith("/late")) await later;
    return route.answer(request, {
      onOpen: (_, { request }) => addresses.push(request.remoteAddress),
      onMessage: (event, connection) => connection.send(event.data),
    }, context);
  }, { adapter });
  return { adapter, server, addresses, answer };
}

Deno.test("a request is answered with a 101 and a client, or with a refusal", async () => {
  const { server, addresses } = setUp({
    protocols: ["chat"],
    headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]],
  });
  const headers = { "sec-websocket-protocol": "chat" };
  const { response, client } = await server.connect(handshakeRequest("/", headers));
  assertEquals([response.status, response.ok, response.body], [101, false, null]);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(response.headers.get("sec-websocket-protocol"), "chat");
  assertEquals([client?.protocol, client?.response], ["chat", response]);
  // It has seen its socket open.
  assertEquals(addresses, ["127.0.0.1"]);
  const refused = await server.connect(handshakeRequest("/", { "sec-websocket-version": "12" }));
  assertEquals([refused.response.status, refused.client], [426, undefined]);
});

Deno.test("headers that the handshake owns do not travel, and control characters are an error", async () => {
  const set = (name: string, value: string) => {
    const route = new Route({}, () => {
      throw new Error("expected a wrapped server");
    });
    return memoryServer((request, context) => {
      const response = route.answer(request, {}, context);
      response.headers.set(name, value);
      return response;
    }).connect();
  };
  const owned = await set("sec-websocket-accept", "x");
  assertEquals([owned.response.status, [...owned.response.headers]], [101, []]);
  assertEquals((await set("x-bell", "\x07")).response.status, 500);
});

Deno.test("whoever stops it waits for what the pipeline works on", async () => {
  const { adapter, server, answer } = setUp();
  const { stop } = adapter.listen({ port: 0, hostname: "", native: {} }, server.fetch);
  await stop();
  const requests = [server.connect(handshakeRequest("/late")), server.connect()];
  assertEquals(adapter.unfinished(), [
    "/late waits for its response",
    "/ws waits for its response",
  ]);
  let stopped = false;
  const done = stop().then(() => stopped = true);
  await requests[1];
  assertEquals(stopped, false);
  answer();
  await Promise.all([done, ...requests]);
});

Deno.test("what is not over is named, and can be cut off", async () => {
  const { adapter, server } = setUp();
  const open = async (path: string) => (await server.connect(handshakeRequest(path))).client!;
  const [mute, deaf] = [await open("/mute?token=x"), await open("/deaf")];
  mute.mute();
  deaf.pause();
  deaf.send("x".repeat(1_000));
  // It takes some turns to come back.
  const waits = () => adapter.unfinished()[1]?.includes("read") === true;
  for (let turns = 0; turns < 100 && !waits(); turns++) await nextTurn();
  const deafWaits = "/deaf waits for its client to read 1000 bytes";
  assertEquals(adapter.unfinished(), ["/mute waits for its turn to be closed", deafWaits]);
  server.state.registry.entries[0]!.shutdown(1001);
  assertEquals(adapter.unfinished(), ["/mute waits for the close frame of its client", deafWaits]);
  adapter.cut();
  assertEquals((await mute.closed).code, 1006);
  await nextTurn();
  assertEquals([adapter.unfinished(), server.state.registry.size], [[], 0]);
});

Deno.test("there is room for any number of connections", async () => {
  const { server } = setUp();
  const all = await Promise.all(Array.from({ length: 10_100 }, () => server.connect()));
  assert(all.every(({ client }) => client));
});

Deno.test("an answer that is none rejects, and nothing is left under way", async () => {
  const adapter = new MemoryAdapter();
  const listen = { port: 0, hostname: "", native: {} };
  const { stop } = adapter.listen(listen, () => undefined as never);
  await assertRejects(
    () => adapter.request(handshakeRequest()),
    TypeError,
    "Cannot answer a request: expected a Response, got undefined",
  );
  await stop();
});
