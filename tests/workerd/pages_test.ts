/** The samples of docs/workers.md, Hono's own, and the example, on workerd. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { examplesOf, fencesIn } from "../support/examples.ts";
import { handshake, RawClient } from "../support/raw_client.ts";
import { WireClient } from "../support/wire_client.ts";
import { workerBundle } from "../support/worker_bundle.ts";
import { Workerd, type WorkerdOptions } from "../support/workerd.ts";

const page = await Deno.readTextFile(new URL("docs/workers.md", root));
const sample = (info: string) =>
  fencesIn("docs/workers.md", page).find((one) => one.info === info)!.code;

/** Serves a module without any flag, at a date from before the newer habits of the runtime too. */
async function serving(text: string, options: Partial<WorkerdOptions> = {}) {
  const script = (await workerBundle({ text })).text;
  return await Workerd.start({ flags: [], objects: {}, ...options, script });
}

async function open({ port }: Workerd, path: string): Promise<WireClient> {
  const client = await WireClient.connect(await RawClient.connect(port), path, {});
  assertEquals(client.status, 101);
  return client;
}

/** Hono's sample for Workers, as its documentation has it, but for what it imports. */
const HONO = `
import { Hono } from "hono";
import { upgradeWebSocket } from "edgesocket/hono-workers";
const app = new Hono();
app.get("/ws", upgradeWebSocket((c) => {
  return {
    onMessage(event, ws) {
      console.log(\`Message from client: \${event.data}\`);
      ws.send("Hello from server!");
    },
    onClose: () => {
      console.log("Connection closed");
    },
  };
}));
export default app;
`;

/** The same as the page has it. */
const HANDLED = HONO.replace("edgesocket/hono-workers", "edgesocket/hono")
  .replace("export default app", "export default handler(app.fetch)") +
  `import { handler } from "edgesocket/workers";`;

for (const date of [undefined, "2025-01-01"]) {
  const at = date === undefined ? "today" : `at the compatibility date ${date}`;
  const options = date === undefined ? {} : { date };

  for (const [how, text] of [["with its import changed", HONO], ["in a handler", HANDLED]]) {
    Deno.test(`workers: Hono's sample for Workers runs ${how}, ${at}`, async () => {
      await using workerd = await serving(text!, options);
      const lines: string[] = [];
      const closed = Promise.withResolvers<void>();
      workerd.listeners.add({
        line: (line) => {
          lines.push(line);
          if (line === "Connection closed") closed.resolve();
        },
        error: (line) => lines.push(line),
      });
      using client = await open(workerd, "/ws");
      client.send("hi");
      assertEquals(await client.message(), "Hello from server!");
      client.close(4000, "bye");
      assertEquals(await client.closed, { code: 4000, reason: "bye" });
      await closed.promise;
      assertEquals(lines, ["Message from client: hi", "Connection closed"]);
    });
  }

  Deno.test(`workers: the Worker of the page echoes ${at}, text and bytes`, async () => {
    await using workerd = await serving(sample("ts worker"), options);
    using client = await open(workerd, "/ws");
    client.send("hi");
    assertEquals(await client.message(), "hi");
    client.send(new Uint8Array([1, 2, 3]));
    assertEquals([...new Uint8Array(await client.message() as ArrayBuffer)], [1, 2, 3]);
    client.close();
    assertEquals((await client.closed).code, 1005);
    assertEquals((await fetch(`http://127.0.0.1:${workerd.port}/`)).status, 404);
  });
}

for (const file of ["src/workers.ts", "src/workers/handler.ts"]) {
  const example = examplesOf(file).find(({ code }) => code.includes("handler("))!;

  Deno.test(`workers: the example ${example.name} echoes`, async () => {
    await using workerd = await serving(
      example.code.replaceAll("@edgesocket/edgesocket", "edgesocket"),
    );
    using client = await open(workerd, "/ws");
    client.send("hi");
    assertEquals(await client.message(), "hi");
  });
}

Deno.test("workers: the room of the page is one for each name", async () => {
  await using workerd = await serving(sample("ts worker-room"), { objects: { ROOMS: "Room" } });
  using ada = await open(workerd, "/rooms/one");
  using bob = await open(workerd, "/rooms/one");
  using eve = await open(workerd, "/rooms/two");
  ada.send("hi");
  assertEquals([await ada.message(), await bob.message()], ["hi", "hi"]);
  eve.send("alone");
  assertEquals(await eve.message(), "alone");
});

for (const date of [undefined, "2025-01-01"]) {
  Deno.test(`workers: the counter of the page counts for each connection, at ${date ?? "today"}`, async () => {
    const entry = `${sample("ts worker-sleep")}
    export default { fetch: (request: Request, { ROOMS }) => ROOMS.get(ROOMS.idFromName("a")).fetch(request) };`;
    await using workerd = await serving(entry, {
      objects: { ROOMS: "Counter" },
      ...date && { date },
    });
    using one = await open(workerd, "/");
    using other = await open(workerd, "/");
    for (const count of ["1", "2", "3"]) {
      one.send("x");
      assertEquals(await one.message(), count);
    }
    other.send("x");
    assertEquals(await other.message(), "1");
    other.send("ping");
    assertEquals(await other.message(), "pong");
    // Whoever closes is answered, by us where the runtime does not.
    other.close(4000, "bye");
    assertEquals(await other.closed, { code: 4000, reason: "bye" });
    one.close();
    assertEquals((await one.closed).code, 1005);
  });
}

// The flag that forbids it is for the Worker alone: miniflare, which stands in front, has its own.
Deno.test("workers: the runtime compresses by itself for whoever offers it", async () => {
  await using workerd = await serving(sample("ts worker"));
  using client = await RawClient.connect(workerd.port);
  client.write(handshake("/ws", { "Sec-WebSocket-Extensions": "permessage-deflate" }));
  const head = await client.head();
  assertEquals([head.status, head.all("sec-websocket-extensions")], [101, ["permessage-deflate"]]);
});

Deno.test("workers: topics of the module do not reach another object, and that is told", async () => {
  const entry = `
    import { upgradeWebSocket } from "edgesocket";
    import { createTopics } from "edgesocket/topics";
    import { durable } from "edgesocket/workers";
    const topics = createTopics();
    export const Room = durable((request: Request) => upgradeWebSocket(request, {
      onOpen: (_event, connection) => topics.subscribe(connection, "room"),
      onMessage: (event, connection) => topics.publish("room", event.data),
    }));
    export default { fetch: (request: Request, { ROOMS }) => ROOMS.get(ROOMS.idFromName(request.url)).fetch(request) };`;
  await using workerd = await serving(entry, { objects: { ROOMS: "Room" } });
  const warned = Promise.withResolvers<string>();
  workerd.listeners.add({ line: () => {}, error: (line) => warned.resolve(line) });
  using ada = await open(workerd, "/one");
  using eve = await open(workerd, "/two");
  ada.send("secret");
  assertEquals(await ada.message(), "secret");
  assertStringIncludes(await warned.promise, "a connection of another Durable Object was not sent");
  eve.send("mine");
  assertEquals(await eve.message(), "mine");
});

Deno.test("workers: a Worker may open a connection to an object by itself", async () => {
  const entry = `${sample("ts worker-room").replace("export default", "const sendOn =")}
    export default { async fetch(request: Request, env) {
      const { webSocket } = await sendOn.fetch(
        new Request("https://x/rooms/a", { headers: { upgrade: "websocket" } }), env);
      webSocket.accept();
      const came = new Promise((resolve) => webSocket.addEventListener("message", resolve));
      webSocket.send("from a Worker");
      return new Response((await came).data);
    } };`;
  await using workerd = await serving(entry, { objects: { ROOMS: "Room" } });
  const response = await fetch(`http://127.0.0.1:${workerd.port}/`);
  assertEquals(await response.text(), "from a Worker");
});

/** An app whose middleware changes what comes back: on the way in, on the way out, and anew. */
const DRESSED = `
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("x-in", "1");
    await next();
    c.header("x-out", "1");
    c.header("set-cookie", "a=1", { append: true });
    c.header("set-cookie", "b=2", { append: true });
  });`;

for (
  const [what, entry] of [
    [
      "of an app that is exported as it is",
      `import { Hono } from "hono";
      import { upgradeWebSocket } from "edgesocket/hono-workers";
      ${DRESSED}
      app.get("/rooms/a", upgradeWebSocket(() => ({ onMessage: (event, own) => own.send(event.data) })));
      export default app;`,
    ],
    [
      "in a handler",
      `import { Hono } from "hono";
      import { upgradeWebSocket } from "edgesocket/hono";
      import { handler } from "edgesocket/workers";
      ${DRESSED}
      app.get("/rooms/a", upgradeWebSocket(() => ({ onMessage: (event, own) => own.send(event.data) })));
      export default handler(app.fetch);`,
    ],
    [
      "that sends on to a room",
      `${sample("ts worker-room").replace("export default", "const sendOn =")}
      import { handler } from "edgesocket/workers";
      ${DRESSED}
      app.get("/rooms/a", (c) => sendOn.fetch(c.req.raw, c.env));
      export default handler(app.fetch);`,
    ],
  ] as const
) {
  Deno.test(`workers: headers of middleware are on the 101 ${what}`, async () => {
    await using workerd = await serving(entry, {
      objects: entry.includes("ROOMS") ? { ROOMS: "Room" } : {},
    });
    using client = await open(workerd, "/rooms/a");
    const found = ["x-in", "x-out", "set-cookie"].map((name) => client.all(name));
    // What a room answers is no response of this app: Hono adds to it on the way out only.
    const inwards = entry.includes("sendOn") ? [] : ["1"];
    assertEquals(found, [inwards, ["1"], ["a=1", "b=2"]]);
    client.send("hi");
    assertEquals(await client.message(), "hi");
  });
}
