import { assertEquals } from "@std/assert";
import { arrive, leave } from "../../src/hubs/arrival.ts";
import type { Heartbeat } from "../../src/hubs/heartbeat.ts";
import { FakeTransport } from "../support/fake_transport.ts";
import { arrivals, called, GREETING } from "../support/request_client.ts";

Deno.test("a client is received with who it is, and leaves with its token", async () => {
  const { hub, init, causes } = arrivals();
  const { arrival } = init("token");
  const transport = new FakeTransport();
  const reception = arrive(arrival, transport, "Ada");
  reception.receive(GREETING);
  const { id, user, userId } = reception.session;
  assertEquals([id, user, userId], ["id of token", { id: "Ada" }, "Ada"]);
  assertEquals(hub.roster.one("id of token"), reception.session);
  leave(arrival, reception, "network");
  await Promise.resolve();
  await Promise.resolve();
  assertEquals([hub.tokens.isClaimed("token"), hub.roster.one(id)], [false, undefined]);
  assertEquals(causes, ["network"]);
});

Deno.test("one that could come back and was sent away is to be told so", () => {
  const { hub, init, clock } = arrivals();
  const { arrival } = init("token");
  const ticket = { ...arrival.ticket!, resumable: true };
  const reception = arrive({ ...arrival, ticket }, new FakeTransport(), "Ada");
  reception.receive(GREETING);
  reception.session.close({ cause: "local", allowReconnect: false });
  leave(arrival, reception, "network");
  assertEquals(hub.farewells.get("token", clock.now())?.userId, "Ada");
});

Deno.test("without a token it has an id of its own", () => {
  const { init } = arrivals();
  const arrival = { ...init().arrival, ticket: undefined };
  const ids = [1, 2].map(() => arrive(arrival, new FakeTransport(), undefined).session.id);
  assertEquals(new Set(ids).size, 2);
  leave(arrival, arrive(arrival, new FakeTransport(), undefined), "network");
});

Deno.test("it is looked after for as long as it is there", () => {
  const { init, clock } = arrivals();
  const { arrival } = init();
  const transport = new FakeTransport();
  const reception = arrive(arrival, transport, "Ada");
  reception.receive(GREETING);
  clock.pass(16_000);
  const pings = transport.messages.length;
  assertEquals(pings, 1);
  leave(arrival, reception, "network");
  clock.pass(60_000);
  assertEquals(transport.messages.length, pings);
});

Deno.test("nobody looks after one that is gone", () => {
  const { init } = arrivals();
  const looked = new Set<unknown>();
  const heartbeat = looked as unknown as Heartbeat;
  const arrival = { ...init().arrival, heartbeat };
  const reception = arrive(arrival, new FakeTransport(), undefined);
  assertEquals([...looked], [reception]);
  leave(arrival, reception, "network");
  assertEquals(looked.size, 0);
});

Deno.test("more than may wait for its handlers ends it", () => {
  const { init } = arrivals({ maxQueue: 600, onConnected: () => new Promise(() => {}) });
  const transport = new FakeTransport();
  const reception = arrive(init().arrival, transport, undefined);
  reception.receive(GREETING);
  for (let i = 0; i < 4; i++) reception.receive(called("echo", 1));
  assertEquals(transport.closedWith, 1013);
});

Deno.test("a hub that was closed meanwhile takes nobody", () => {
  const { init, hub } = arrivals();
  hub.closed = true;
  const transport = new FakeTransport();
  arrive(init().arrival, transport, undefined);
  assertEquals(transport.closedWith, 1000);
});

Deno.test("one that comes with a token of another process is sent away if that was used", async () => {
  const { init, hub } = arrivals();
  const { arrival } = init();
  let taken = () => {};
  hub.tickets.check = (_ticket, told) => void (taken = told);
  const transport = new FakeTransport();
  const reception = arrive(arrival, transport, undefined);
  reception.receive(GREETING);
  assertEquals(transport.closedWith, undefined);
  taken();
  await Promise.resolve();
  assertEquals([transport.closedWith, transport.messages.at(-1)], [1000, { type: 7 }]);
});
