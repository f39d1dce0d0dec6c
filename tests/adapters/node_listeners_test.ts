/** The listeners of a server of `node:http`, in this process. */
import { assert, assertEquals } from "@std/assert";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { serve } from "../../src/node/serve.ts";
import type { ServeOptions, WebSocketServer } from "../../src/server/serve.ts";
import { TOKEN_HEADER } from "../../src/server/token_placeholder.ts";
import { handshake, RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

const LOCAL = { port: 0, hostname: "127.0.0.1" };

const echo = (request: Request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

/** A server that listens. */
function started(options: ServeOptions): Promise<WebSocketServer> {
  return within(new Promise((resolve) => serve({ ...options, onListen: resolve })), "a listener");
}

Deno.test("an error page made from copied headers is no upgrade, and has no token", async () => {
  const opened: unknown[] = [];
  await using server = await started({
    ...LOCAL,
    fetch(request) {
      const { headers } = upgradeWebSocket(request, { onOpen: (event) => opened.push(event) });
      assert(headers.has(TOKEN_HEADER));
      return new Response("failed\n", { status: 500, headers });
    },
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  const head = await client.head();
  assertEquals([head.status, head.all(TOKEN_HEADER), head.all("connection")], [500, [], ["close"]]);
  assertEquals((await client.end()).toString(), "failed\n");
  assertEquals(opened, []);
});

Deno.test("a request that is upgraded twice gets 500, and says so", async () => {
  const faults: unknown[] = [];
  await using server = await started({
    ...LOCAL,
    fetch(request) {
      echo(request);
      return echo(request);
    },
    onError: (error) => faults.push(error),
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  assertEquals((await client.head()).status, 500);
  assertEquals(`${faults}`.includes("one upgradeWebSocket for each request"), true);
});

for (const how of ["fin", "reset"] as const) {
  Deno.test(`a client that leaves by ${how} a route that never answers is noticed`, async () => {
    const asked = Promise.withResolvers<Request>();
    await using server = await started({
      ...LOCAL,
      fetch(request) {
        asked.resolve(request);
        return new Promise<Response>(() => {});
      },
    });
    using client = await RawClient.connect(server.port);
    client.write(handshake("/"));
    const { signal } = await asked.promise;
    client[how]();
    await within(
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.onabort = () => resolve();
      }),
      "the request's signal",
    );
    // Nothing is left of the connection, however long the route takes.
    assertEquals((await client.end()).length, 0);
  });
}

Deno.test("shutdown() cuts upgrades that are never answered", async () => {
  const asked = Promise.withResolvers<void>();
  const server = await started({
    ...LOCAL,
    shutdownTimeout: 0.1,
    fetch() {
      asked.resolve();
      return new Promise<Response>(() => {});
    },
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/"));
  await asked.promise;
  await server.shutdown();
  assertEquals((await client.end()).length, 0);
});
