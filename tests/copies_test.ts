/** Two copies of edgesocket in one process, as a core from JSR and a Hono entry from npm are. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import { handler } from "../mod.ts";
import { VERSION } from "../src/base/version.ts";
import { root } from "./support/command.ts";
import { RawClient } from "./support/raw_client.ts";
import { WireClient } from "./support/wire_client.ts";

/** Another copy of the Hono entry, perhaps of another version. */
async function copy(version: string) {
  const folder = await Deno.makeTempDir({ prefix: "edgesocket_" });
  for await (const path of sources("src")) {
    const text = await Deno.readTextFile(new URL(path, root));
    await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text.replace(`"${VERSION}"`, `"${version}"`));
  }
  const module: typeof import("../src/hono.ts") = await import(`file://${folder}/src/hono.ts`);
  return { ...module, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

/** What a route of another copy answers under our `handler`, and what is reported. */
async function answer(version: string) {
  await using other = await copy(version);
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header("x-after", "1");
  });
  app.get("/ws", other.upgradeWebSocket(() => ({ onMessage: (e, ws) => ws.send(e.data) })));
  app.onError((error, c) => c.text(error.message, 500));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    handler(app.fetch).fetch,
  );
  try {
    const raw = await RawClient.connect(server.addr.port);
    using client = await WireClient.connect(raw, "/ws", {});
    if (client.status === 101) {
      client.send("hi");
      assertEquals(await client.message(), "hi");
      client.close(1000);
      await client.closed;
    }
    return { status: client.status, body: client.body, after: client.all("x-after") };
  } finally {
    await server.shutdown();
  }
}

Deno.test("copies of the same version recognise each other", async () => {
  assertEquals(await answer(VERSION), { status: 101, body: "", after: ["1"] });
});

Deno.test("copies of different versions say so", async () => {
  const { status, body } = await answer("9.9.9");
  assertEquals(status, 500);
  assertStringIncludes(
    body,
    `Cannot upgrade: expected edgesocket 9.9.9 everywhere, got ${VERSION}`,
  );
});

Deno.test("the version is that of the package", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assertEquals(VERSION, version);
});
