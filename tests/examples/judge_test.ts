/** What the playground's server says of handshakes with itself. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Judge } from "../../examples/judge.ts";
import { handshakeWith } from "../../examples/own_handshake.ts";
import { serve, upgradeWebSocket } from "../../mod.ts";

const opening = (more: Record<string, string> = {}) =>
  new Headers({
    host: "localhost",
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...more,
  });

/** A listener that answers whatever comes with these bytes, and then waits or ends. */
function answering(text: string, { end = false } = {}) {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const connections: Deno.Conn[] = [];
  const done = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await connection.read(new Uint8Array(4_096));
      await connection.write(new TextEncoder().encode(text));
      if (end) connection.closeWrite();
    }
  })();
  return {
    url: new URL(`http://127.0.0.1:${listener.addr.port}/`),
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
      for (const connection of connections) connection.close();
    },
  };
}

const head = (fields: string) => `HTTP/1.1 503 Busy\r\n${fields}\r\n`;

Deno.test("deno: playground: an answer has status, headers and the body whose length it says", async () => {
  await using whole = answering(`${head("Retry-After: 7\r\nContent-Length: 5\r\n")}später`);
  const { status, headers, body } = await handshakeWith(whole.url, opening());
  assertEquals([status, headers.get("retry-after"), body], [503, "7", "spät"]);
  await using cut = answering(`${head("Content-Length: 50\r\n")}cut`, { end: true });
  assertEquals((await handshakeWith(cut.url, opening())).body, "cut");
  await using chunked = answering(`${head("Transfer-Encoding: chunked\r\n")}3\r\nabc\r\n`);
  assertEquals((await handshakeWith(chunked.url, opening())).body, "");
});

Deno.test("deno: playground: what is no answer is an error, and so is one without an end", async () => {
  await using garbage = answering("SSH-2.0\r\n\r\n", { end: true });
  await assertRejects(() => handshakeWith(garbage.url, opening()), Error, "no answer that is HTTP");
  await using endless = answering(head(`X: ${"x".repeat(20_000)}\r\n`));
  await assertRejects(() => handshakeWith(endless.url, opening()), Error, "more than 16 KiB");
  await using silent = answering("");
  await assertRejects(() => handshakeWith(silent.url, opening()), Error, "no answer within 3 s");
});

Deno.test("deno: playground: a server without room, or that shuts down, says 503", async () => {
  const server = serve({
    port: 0,
    maxConnections: 0,
    onListen: () => {},
    onReport: () => {},
    fetch: (request) => upgradeWebSocket(request, {}),
  });
  const judge = new Judge(() => server);
  const fields = { host: `localhost:${server.port}`, origin: `http://localhost:${server.port}` };
  const ask = () => judge.real(server.url, "/ws", fields, "");
  const full = await ask();
  assertEquals([full.kind, full.status, full.retryAfter], ["refused", 503, 5]);
  await server.shutdown();
  const closed = await ask();
  assertEquals([closed.kind, closed.status], ["refused", 503]);
  assertStringIncludes(closed.message!, "shutting down");
});

Deno.test("deno: playground: the words of other paths than /ws are not told", async () => {
  const server = serve({
    port: 0,
    onListen: () => {},
    fetch: ({ url }) => new Response(`secret of ${new URL(url).pathname}`, { status: 401 }),
  });
  const judge = new Judge(() => server);
  const ask = (path: string) => judge.real(server.url, path, { host: "localhost" }, "");
  assertEquals((await ask("/ws")).message, "secret of /ws");
  assertEquals((await ask("/admin")).message, "no reason given");
  await server.shutdown();
});

Deno.test("deno: playground: without a server, and with too many at a time, the rules judge", async () => {
  const fields = { host: "localhost", origin: "https://evil.example" };
  const alone = await new Judge().real("http://localhost/verdict", "/no", fields, "");
  assertEquals([alone.kind, alone.status, alone.path], ["refused", 403, "/ws"]);
  let requests = 0;
  const gate = Promise.withResolvers<void>();
  const server = serve({
    port: 0,
    onListen: () => {},
    async fetch() {
      requests++;
      await gate.promise;
      return new Response(null, { status: 404 });
    },
  });
  const judge = new Judge(() => server);
  const asked = Array.from({ length: 20 }, () => judge.real(server.url, "/ws", fields, ""));
  await Promise.all(asked.slice(8));
  gate.resolve();
  const all = await Promise.all(asked);
  assertEquals([requests, all.filter(({ status }) => status === 403).length], [8, 12]);
  await server.shutdown();
});
