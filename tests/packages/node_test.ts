/** What users of the npm package on Node do. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ProcessServer } from "../support/process_server.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { bun, type WireRuntime } from "../support/runtimes.ts";
import { consumer } from "./consumer.ts";
import { echoes } from "./echoes.ts";
import { type Folder, succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

const PEERS = ["ws", "@hono/node-server", "hono"];
const NODE: Pick<WireRuntime, "command"> = { command: ["node"] };

/** Our routes on the server of Express, beside socket.io. */
const EXPRESS = `import express from "express";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { upgradeWebSocket } from "edgesocket";
import { attach } from "edgesocket/node";

const app = express();
app.get("/kind", (_request, response) => response.send("express"));
const server = createServer(app);
new Server(server, { destroyUpgrade: false });

attach(server, (request) => {
  const { pathname } = new URL(request.url);
  if (pathname !== "/ws") return new Response("none", { status: 404 });
  return upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });
});

server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ on: "listening", port: server.address().port }));
});
`;

/** Our routes on the servers of Fastify and of Vite, which closes and reloads by itself. */
const TOOLS = `import Fastify from "fastify";
import { createServer } from "vite";
import { upgradeWebSocket } from "edgesocket";
import { attach } from "edgesocket/node";

const fetch = (request) =>
  upgradeWebSocket(request, {
    onMessage: (event, connection) => connection.send(event.data),
  });

const fastify = Fastify();
fastify.get("/kind", () => "fastify");
const sockets = attach(fastify.server, fetch, { path: "/ws" });
fastify.addHook("preClose", () => sockets.shutdown());
await fastify.listen({ port: 0, host: "127.0.0.1" });

const vite = await createServer({
  configFile: false,
  logLevel: "error",
  server: { host: "127.0.0.1", port: 0, strictPort: true },
  plugins: [{
    name: "sockets",
    configureServer: (server) => void attach(server.httpServer, fetch, { path: "/ws" }),
  }],
});
await vite.listen();

console.log(JSON.stringify({
  on: "listening",
  port: fastify.server.address().port,
  vite: vite.httpServer.address().port,
  token: vite.config.webSocketToken,
}));
process.on("SIGTERM", async () => {
  await fastify.close();
  console.log(JSON.stringify({ on: "closed" }));
});
`;

async function install(user: Awaited<ReturnType<typeof consumer>>, ...packages: string[]) {
  const command = ["install", "--no-audit", "--no-fund", "--silent", "edgesocket", ...packages];
  succeeded(await user.folder.run("npm", command, user.env));
  return user.folder;
}

/** The server of the fixture as CommonJS, as `require` of our modules gives it. */
async function asCommonJS(folder: Folder): Promise<URL> {
  await folder.copy("node_server.js", "edgesocket");
  const text = await Deno.readTextFile(folder.url("node_server.js"));
  const required = text.replaceAll(
    /import \{([^}]+)\} from ("[^"]+")/g,
    (_, names: string, from: string) =>
      `const {${names.replaceAll(" as ", ": ")}} = require(${from})`,
  );
  await folder.write("node_server.cjs", required);
  return folder.url("node_server.cjs");
}

Deno.test("node: the package and its peers give a server that echoes", needsNpm, async () => {
  await using user = await consumer();
  const folder = await install(user, ...PEERS);
  await folder.copy("node_server.js", "edgesocket");
  for (const runtime of [NODE, bun]) {
    await using server = await ProcessServer.start(runtime, {}, folder.url("node_server.js"));
    await echoes(server);
    assertEquals(server.errors, "");
  }
  await using server = await ProcessServer.start(NODE, {}, await asCommonJS(folder));
  await echoes(server);
});

Deno.test("node: without the peers, serve says how to install them", needsNpm, async () => {
  await using user = await consumer();
  const folder = await install(user, "hono");
  await folder.copy("node_server.js", "edgesocket");
  const { code, stderr } = await folder.run("node", ["node_server.js"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "npm install ws @hono/node-server hono");
  // The names of entries are there all the same.
  const names = `import("edgesocket/node").then((all) => console.log(Object.keys(all).join()))`;
  assertEquals(succeeded(await folder.run("node", ["-e", names])), "attach,handler,serve\n");
});

Deno.test("node: beside Express and socket.io on one server", needsNpm, async () => {
  await using user = await consumer();
  const folder = await install(user, ...PEERS, "express@^5.0.0", "socket.io@^4.8.0");
  await folder.write("express_server.js", EXPRESS);
  await using server = await ProcessServer.start(NODE, {}, folder.url("express_server.js"));
  using ours = await RawClient.open(server.port, "/ws");
  using theirs = await RawClient.open(server.port, "/socket.io/?EIO=4&transport=websocket");
  assert((await theirs.text())?.startsWith('0{"sid":'));
  theirs.send(OPCODE.text, "40");
  assert((await theirs.text())?.startsWith('40{"sid":'));
  assertEquals(await (await server.request("/kind")).text(), "express");
  // Longer than the second after which socket.io ends what it does not know, by default.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  ours.send(OPCODE.text, "still here");
  assertEquals(await ours.text(), "still here");
  assertEquals(server.errors, "");
});

Deno.test("node: on the servers of Fastify and of Vite", needsNpm, async () => {
  await using user = await consumer();
  const folder = await install(user, ...PEERS, "fastify@^5.0.0", "vite@^7.0.0");
  await folder.write("tools.js", TOOLS);
  await folder.write("index.html", "<p>page</p>");
  await using server = await ProcessServer.start(NODE, {}, folder.url("tools.js"));
  const { vite, token } = await server.until({ on: "listening" });
  const clients = [];
  for (const port of [server.port, Number(vite)]) {
    const client = await RawClient.open(port, "/ws");
    client.send(OPCODE.text, "ours");
    assertEquals(await client.text(), "ours");
    clients.push(client);
  }
  assertEquals(await (await server.request("/kind")).text(), "fastify");
  const protocol = { "Sec-WebSocket-Protocol": "vite-hmr" };
  using reload = await RawClient.open(Number(vite), `/?token=${token}`, protocol);
  assertEquals(JSON.parse((await reload.text())!).type, "connected");
  // Fastify waits for every connection: ours is told before.
  server.signal("SIGTERM");
  assertEquals((await clients[0]!.closeFrame())?.code, 1001);
  clients[0]!.close(1001);
  await server.until({ on: "closed" });
  for (const client of clients) client.reset();
  assertEquals(server.errors, "");
});
