import { assertEquals } from "@std/assert";
import { defineHub } from "../../src/hubs.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { WorkersAdapter } from "../../src/adapters/workers.ts";
import { ownEvents } from "../../src/workers/own_events.ts";
import { wrappedServer } from "../support/memory.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

const hub = defineHub()({ client: {} }).create({});

/** The status of a handshake, and what was reported. */
async function handshake(answer: (request: Request) => Response | Promise<Response>) {
  using _stage = new WorkersStage();
  const fetch = ownEvents(answer);
  const server = wrappedServer(
    new WorkersAdapter(),
    (request) => fetch(request, {} as never, {} as never),
  );
  const { status } = await server.fetch(edgeRequest(), {});
  for (const connection of server.state.registry.entries) connection.terminate();
  return [status, server.reported.map((error) => `${error}`.slice(0, 62))];
}

Deno.test("connections of a hub are refused where objects sleep, and that is said", async () => {
  assertEquals(await handshake((request) => hub.handle(request)), [500, [
    "Error: Cannot let a connection sleep: expected events of your own (a ".slice(0, 62),
  ]]);
});

Deno.test("whoever has events of their own is let in, and pages are answered", async () => {
  const events = { onOpen() {} };
  const own = (request: Request) => upgradeWebSocket(request, events);
  assertEquals(await handshake(own), [101, []]);
  assertEquals(await handshake((request) => Promise.resolve(own(request))), [101, []]);
  assertEquals(await handshake(() => new Response("page")), [200, []]);
});
