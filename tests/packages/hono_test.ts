/** Users of Hono's own helper who change their imports: with each version of Hono, on Bun. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { root } from "../support/command.ts";
import { bun, deno } from "../support/runtimes.ts";
import { ProcessServer } from "../support/process_server.ts";
import { consumer } from "./consumer.ts";
import { echoes } from "./echoes.ts";
import { Folder, succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

/** The lowest version that the package asks for, one in the middle, and the newest. */
const VERSIONS = ["4.0.0", "4.6.0", "^4.13.0"];
/** Hono 4.0 has no helper for WebSockets, and no types of it. */
const HONO_WS = `declare module "hono/ws" {
  export interface WSContext<T = unknown> {
    raw?: T;
    binaryType: "blob" | "arraybuffer";
    get readyState(): 0 | 1 | 2 | 3;
    url: URL | null;
    protocol: string | null;
    send(source: string | ArrayBuffer | Uint8Array<ArrayBuffer>): void;
    close(code?: number, reason?: string): void;
  }
  export interface WSEvents<T = unknown> {
    onMessage?: (event: MessageEvent, ws: WSContext<T>) => void;
    onOpen?: (event: Event, ws: WSContext<T>) => void;
    onClose?: (event: CloseEvent, ws: WSContext<T>) => void;
  }
}`;
const INSTALL = ["install", "--no-audit", "--no-fund", "--silent"];

for (const version of VERSIONS) {
  Deno.test(`hono ${version}: installs, type-checks and echoes`, needsNpm, async () => {
    await using user = await consumer();
    const { folder } = user;
    const packages = ["edgesocket", `hono@${version}`, "typescript@~5.9"];
    succeeded(await folder.run("npm", [...INSTALL, ...packages], user.env));
    await folder.copy("hono_user.ts", "edgesocket");
    await folder.write("tsconfig.json", {
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        target: "ES2022",
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        module: "nodenext",
        types: [],
        // Hono 4.0 does not pass it.
        skipLibCheck: true,
      },
      files: ["hono_user.ts", "ws.d.ts"],
    });
    await folder.write("ws.d.ts", version === "4.0.0" ? HONO_WS : "");
    succeeded(await folder.run("node", ["node_modules/typescript/bin/tsc", "-p", "."]));
    await folder.copy("server.ts", "edgesocket");
    await using server = await ProcessServer.start(bun, {}, folder.url("server.ts"));
    await echoes(server);
  });
}

Deno.test("types fit a copy of Hono that is not ours, as one from JSR is", needsNpm, async () => {
  await using folder = await Folder.make();
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const map = {
    imports: {
      "@edgesocket/edgesocket": new URL("mod.ts", root).href,
      "@edgesocket/edgesocket/hono": new URL("src/hono.ts", root).href,
      "hono": "npm:hono@4.6.0",
      "hono/": "npm:/hono@4.6.0/",
    },
    scopes: { [new URL("src/", root).href]: { hono: config.imports.hono } },
  };
  const fixture = new URL("tests/packages/fixtures/hono_user.ts", root);
  await folder.write("map.json", map);
  await folder.write("hono_user.ts", await Deno.readTextFile(fixture));
  const check = ["check", "--no-lock", "--import-map=map.json", "hono_user.ts"];
  succeeded(await folder.run(deno.command[0]!, check));
});

/** The program of a user on Bun, and what it says when a client has come by. */
async function start(program: string): Promise<string> {
  await using user = await consumer();
  const { folder } = user;
  succeeded(await folder.run("npm", [...INSTALL, "edgesocket", "hono"], user.env));
  await folder.write(
    "client.ts",
    `const { default: app, server } = await import("./server.ts");
     const { port } = server ?? Bun.serve({ ...app, fetch: app.fetch, port: 0 });
     const socket = new WebSocket(\`ws://127.0.0.1:\${port}/ws\`);
     socket.onopen = () => socket.send("hi");
     socket.onmessage = ({ data }) => { console.log("got", data); socket.close(); };
     socket.onclose = async ({ code }) => {
       console.log("closed", code);
       const response = await fetch(\`http://127.0.0.1:\${port}/\`);
       console.log("alive", response.status);
       process.exit(0);
     };`,
  );
  await folder.write("server.ts", program);
  const { stdout, stderr } = await folder.run(bun.command[0]!, ["client.ts"]);
  assertStringIncludes(stdout, "alive 200", stderr);
  return stdout + stderr;
}

const APP = `const app = new Hono();
  app.get("/", (c) => c.text("page"));
  app.get("/ws", upgradeWebSocket(() => ({ onMessage: (event, ws) => ws.send(event.data) })));\n`;
const BOTH = "expected both upgradeWebSocket and websocket from edgesocket, got";

/** How often a text says something. */
const count = (text: string, part: string) => text.split(part).length - 1;

Deno.test("bun: websocket still Hono's: one error that says so", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { websocket } from "hono/bun";
    import { upgradeWebSocket } from "edgesocket/hono";
    ${APP} export default { fetch: app.fetch, websocket };`);
  assertStringIncludes(said, `${BOTH} websocket of somebody else`);
  assertEquals(count(said, BOTH), 1);
});

Deno.test("bun: upgradeWebSocket still Hono's: one error that says so", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { upgradeWebSocket } from "hono/bun";
    import { websocket } from "edgesocket/hono";
    ${APP} export default { fetch: app.fetch, websocket };`);
  assertStringIncludes(said, `${BOTH} upgradeWebSocket of somebody else`);
  assertEquals(count(said, BOTH), 1);
});

Deno.test("bun: serve of ours, upgradeWebSocket of Hono: the same error", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { upgradeWebSocket } from "hono/bun";
    import { serve } from "edgesocket";
    ${APP} export const server = serve({ fetch: app.fetch, port: 0 });`);
  assertEquals(count(said, `${BOTH} upgradeWebSocket of somebody else`), 1);
});

Deno.test("bun: handler of ours, websocket of Hono: the same error", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { websocket } from "hono/bun";
    import { handler } from "edgesocket";
    import { upgradeWebSocket } from "edgesocket/hono";
    ${APP} export default { ...handler(app.fetch), websocket };`);
  assertEquals(count(said, `${BOTH} websocket of somebody else`), 1);
  assertEquals(count(said, "descriptor"), 0);
});

Deno.test("bun: createBunWebSocket goes on working", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { createBunWebSocket } from "edgesocket/hono";
    const { upgradeWebSocket, websocket } = createBunWebSocket();
    ${APP} export default { fetch: app.fetch, websocket };`);
  assertStringIncludes(said, "got hi");
  assertEquals(count(said, "Error"), 0);
});

Deno.test("bun: export default app says what is missing", needsNpm, async () => {
  const said = await start(`import { Hono } from "hono";
    import { upgradeWebSocket } from "edgesocket/hono";
    ${APP} export default app;`);
  assertStringIncludes(said, "export default handler(app.fetch)");
});

Deno.test("{ protocol } of hono/deno is refused at setup, with the name of ours", async () => {
  const { upgradeWebSocket } = await import("../../src/hono.ts");
  const options = { protocol: "chat" } as object;
  let message = "";
  try {
    upgradeWebSocket(() => ({}), options);
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.includes("protocols (did you mean that?), got protocol"), message);
});
