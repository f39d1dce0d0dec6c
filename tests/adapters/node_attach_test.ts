/** Two listeners on somebody else's server, in this process. */
import { assertEquals } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { attachedAdapter } from "../../src/adapters/node_attach.ts";
import type { NodeHttpServer } from "../../src/adapters/node_http.ts";
import { handshake, OPCODE, RawClient } from "../support/raw_client.ts";
import { ownServer } from "../support/own_server.ts";
import { within } from "../support/within.ts";

/** A server whose pages are its own, with ours attached to it. */
async function attached(
  path?: string,
  fetch?: (request: Request) => Promise<Response>,
  shutdownTimeout = 0.1,
) {
  const http = createServer((_request, response) => response.end("page"));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const adapter = attachedAdapter(http as unknown as NodeHttpServer, path);
  const own = ownServer(adapter, {}, {}, {
    shutdownTimeout,
    ...fetch === undefined ? {} : { fetch },
  });
  return {
    http,
    own,
    port: (http.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await own.server.shutdown();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

/** How the server answers a handshake: the first line of its status, or what others do with it. */
async function statusOf(port: number, target: string, fields = {}): Promise<number> {
  using client = await RawClient.connect(port);
  client.write(handshake(target, fields));
  return (await client.head()).status;
}

Deno.test("what is below the path is ours, and nothing that only begins like it", async () => {
  await using server = await attached("/ws");
  const { http, port } = server;
  http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 Theirs\r\n\r\n"));
  const targets = ["/ws", "/ws?x", "/ws/", "/ws/a", "http://a/ws", "https://a/ws/b?c"];
  for (const target of targets) {
    assertEquals(await statusOf(port, target, { Host: "a" }), 101, target);
  }
  for (const target of ["/", "/wsx", "/a/ws", "/?/ws", "/WS", "http://ws/"]) {
    assertEquals(await statusOf(port, target, { Host: "a" }), 418, target);
  }
  assertEquals(server.own.told.filter((line) => line === "open").length, targets.length);
});

Deno.test("a path is what fetch will see of it, so that dots lead neither in nor out", async () => {
  await using server = await attached("/ws");
  server.http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 Theirs\r\n\r\n"));
  for (
    const target of ["/ws/../other", "/ws/%2E%2e/x", "/ws/./../wsx", "/ws/\\..\\..", "x://../ws"]
  ) {
    const status = await statusOf(server.port, target);
    assertEquals(status === 418 || status === 400, true, `${target}: ${status}`);
  }
  for (const target of ["/other/../ws", "/./ws?x", "/ws/.", "/ws/..a"]) {
    assertEquals(await statusOf(server.port, target), 101, target);
  }
  assertEquals(server.own.told.filter((line) => line === "open").length, 4);
});

Deno.test("a path that ends with a slash is that of a folder", async () => {
  await using server = await attached("/ws/");
  server.http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 Theirs\r\n\r\n"));
  assertEquals(await statusOf(server.port, "/ws/a"), 101);
  assertEquals(await statusOf(server.port, "/ws/"), 101);
  assertEquals(await statusOf(server.port, "/ws"), 418);
});

Deno.test("a 404 is sent if nobody else listens, or below the path", async () => {
  const none = () => Promise.resolve(new Response("none", { status: 404 }));
  await using sole = await attached(undefined, none);
  assertEquals(await statusOf(sole.port, "/"), 404);
  // Later than we could say anything.
  sole.http.on("upgrade", (_request, socket) => {
    setImmediate(() => socket.end("HTTP/1.1 418 Theirs\r\n\r\n"));
  });
  assertEquals(await statusOf(sole.port, "/"), 418);
  await using below = await attached("/ws", none);
  below.http.on("upgrade", () => {});
  assertEquals(await statusOf(below.port, "/ws"), 404);
});

Deno.test("what is not below the path is a page, unless others listen", async () => {
  await using server = await attached("/ws");
  using client = await RawClient.connect(server.port);
  client.write(handshake("/other"));
  assertEquals((await client.head()).status, 200);
  assertEquals((await client.end()).toString(), "page");
  assertEquals(server.own.told, []);
});

Deno.test("what wants another protocol gets the page, and the listener goes at the end", async () => {
  await using server = await attached();
  assertEquals(await statusOf(server.port, "/", { Upgrade: "h2c" }), 200);
  assertEquals([server.own.server.native, server.own.server.port], [server.http, 0]);
  using client = await RawClient.open(server.port, "/");
  client.send(OPCODE.text, "x");
  assertEquals(await client.text(), "x");
  const ended = server.own.server.shutdown();
  assertEquals((await client.closeFrame())?.code, 1001);
  client.close(1001);
  await ended;
  assertEquals(server.http.listenerCount("upgrade"), 0);
});

Deno.test("an upgrade that is never answered is cut when time is up", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = await attached("/ws", () => {
    asked.resolve();
    return new Promise<Response>(() => {});
  });
  using client = await RawClient.connect(server.port);
  client.write(handshake("/ws"));
  await asked.promise;
  await server.own.server.shutdown();
  assertEquals((await client.end()).length, 0);
});

Deno.test("an upgrade whose client has left is not waited for", async () => {
  const asked = Promise.withResolvers<Request>();
  const server = await attached("/ws", (request) => {
    asked.resolve(request);
    return new Promise<Response>(() => {});
  }, 3_600);
  using client = await RawClient.connect(server.port);
  client.write(handshake("/ws"));
  const { signal } = await asked.promise;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  client.reset();
  await within(aborted, "the request's signal");
  await within(server[Symbol.asyncDispose](), "the end");
});
