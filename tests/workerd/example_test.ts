/** The example, in a fresh folder with the package from npm, by the lines of its README. */
import { assertEquals, assertMatch } from "@std/assert";
import { consumer } from "../packages/consumer.ts";
import { succeeded } from "../packages/folder.ts";
import { needsNpm } from "../packages/npm_registry.ts";
import { root } from "../support/command.ts";
import { fencesIn } from "../support/examples.ts";
import { RawClient } from "../support/raw_client.ts";
import { WireClient } from "../support/wire_client.ts";
import { workerBundle } from "../support/worker_bundle.ts";
import { Workerd } from "../support/workerd.ts";

const EXAMPLE = new URL("examples/workers/", root);
const text = (name: string) => Deno.readTextFile(new URL(name, EXAMPLE));

Deno.test("workers: the example runs from a fresh folder", needsNpm, async () => {
  const [shell] = fencesIn("README.md", await text("README.md"));
  const [install, dev] = shell!.code.trim().split("\n");
  assertEquals([install, dev], ["npm install edgesocket hono", "npx wrangler dev"]);

  await using user = await consumer();
  await user.folder.write("worker.ts", await text("worker.ts"));
  const [npm, ...args] = install!.split(" ");
  succeeded(await user.folder.run(npm!, args, user.env));
  // What `wrangler dev` does, with the settings that it reads.
  const settings = JSON.parse((await text("wrangler.jsonc")).replaceAll(/^\s*\/\/.*$/gm, ""));
  assertEquals(settings.main, "worker.ts");
  const { bindings } = settings.durable_objects;
  assertEquals(settings.migrations[0].new_sqlite_classes, [bindings[0].class_name]);
  const { text: script, builtIns } = await workerBundle(
    { path: user.folder.url(settings.main).pathname },
    { ours: false },
  );
  assertEquals(builtIns, []);

  // `edgesocket/hono` is another entry there, which needs nothing around the app.
  await user.folder.write(
    "alone.ts",
    `import { Hono } from "hono";
    import { upgradeWebSocket } from "edgesocket/hono";
    const app = new Hono();
    app.get("/", upgradeWebSocket(() => ({ onMessage: (event, own) => own.send(event.data) })));
    export default app;`,
  );
  const alone = await workerBundle({ path: user.folder.url("alone.ts").pathname }, { ours: false });
  assertEquals(alone.builtIns, []);
  await using lonely = await Workerd.start({ script: alone.text, flags: [], objects: {} });
  using first = await WireClient.connect(await RawClient.connect(lonely.port), "/", {});
  first.send("hi");
  assertEquals(await first.message(), "hi");

  await using workerd = await Workerd.start({
    script,
    date: settings.compatibility_date,
    flags: settings.compatibility_flags,
    objects: { [bindings[0].name]: bindings[0].class_name },
  });
  const open = async (path: string) =>
    await WireClient.connect(await RawClient.connect(workerd.port), path, {});
  using echo = await open("/echo");
  echo.send("hi");
  assertEquals(await echo.message(), "hi");
  using ada = await open("/rooms/lobby?name=ada");
  using bob = await open("/rooms/lobby?name=bob");
  bob.send("hello");
  for (const client of [ada, bob]) assertEquals(await client.message(), "bob: hello");
  ada.send("ping");
  assertEquals(await ada.message(), "pong");
  const page = await fetch(`http://127.0.0.1:${workerd.port}/`);
  assertMatch(await page.text(), /^Connect to/);
});
