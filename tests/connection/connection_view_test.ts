import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import { listenForEnd } from "../../src/connection/connection_view.ts";
import { Route } from "../../src/server/route.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

/** A server whose connections echo, and hand themselves out. */
function echoing(use: (connection: Connection) => void) {
  const route = new Route({ data: () => "theirs" }, () => {
    throw new Error("expected a wrapped server");
  });
  return memoryServer((request, context) =>
    route.answer(request, {
      onOpen: (_, connection) => use(connection),
      onMessage: (event, connection) => connection.send(event.data),
    }, context)
  );
}

Deno.test("what users hang on a connection does no harm", async () => {
  const server = echoing((connection) => {
    Object.assign(connection, {
      slot: 4,
      waitingSince: -1e9,
      pingedAt: 1,
      request_: {},
      look: 1,
      lost: 1,
      ended: 1,
      opened: 1,
      received: 1,
      view: 1,
    });
  });
  const { client } = await server.connect();
  const { client: other } = await server.connect();
  client!.send("still here");
  assertEquals(await client!.message(), "still here");
  server.clock.pass(60_000);
  await nextTurn();
  client!.close(1000);
  other!.close(1000);
  await nextTurn();
  assertEquals([server.state.registry.size, server.reported], [0, []]);
});

Deno.test("a connection shows the documented members, and nothing of ours", async () => {
  let seen: Connection | undefined;
  const server = echoing((connection) => seen = connection);
  await server.connect();
  assertEquals(Object.keys(seen!), []);
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(seen)).toSorted();
  assertEquals(members, [
    "binaryType",
    "bufferedAmount",
    "close",
    "closed",
    "constructor",
    "data",
    "drained",
    "id",
    "protocol",
    "raw",
    "readyState",
    "request",
    "send",
    "terminate",
    "url",
  ]);
  assertEquals([seen!.data, seen!.url.pathname, seen!.binaryType], [
    "theirs",
    "/ws",
    "arraybuffer",
  ]);
  assertEquals(Object.keys(seen!.request).toSorted(), ["headers", "remoteAddress", "url"]);
});

Deno.test("whoever listens for the end of a connection is told once, before onClose", async () => {
  const told: Connection[] = [];
  const listener = { connectionEnded: (connection: Connection) => void told.push(connection) };
  let seen!: Connection;
  const server = echoing((connection) => seen = connection);
  const { client } = await server.connect();
  assert(listenForEnd(seen, listener));
  const left = listenForEnd(seen, { connectionEnded: () => assert(false, "it does not listen") });
  left!();
  client!.vanish();
  await nextTurn();
  assertEquals(told, [seen]);
  assertEquals(listenForEnd(seen, listener), undefined);
  assertEquals(listenForEnd({ ...seen } as Connection, listener), undefined);
});
