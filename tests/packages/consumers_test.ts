import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { output, root } from "../support/command.ts";
import { bun, deno } from "../support/runtimes.ts";
import { ProcessServer } from "../support/process_server.ts";
import { npmPackage } from "./build.ts";
import { consumer } from "./consumer.ts";
import { echoes } from "./echoes.ts";
import { succeeded } from "./folder.ts";
import { needsNpm } from "./npm_registry.ts";

const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const exports: Record<string, string> = config.exports;
const hono: string = config.imports.hono;

Deno.test(
  "bun: `bun add edgesocket hono` gives a server that echoes",
  needsNpm,
  async () => {
    await using user = await consumer();
    succeeded(await user.folder.run(bun.command[0]!, ["add", "edgesocket", "hono"], user.env));
    await user.folder.copy("server.ts", "edgesocket");
    await using server = await ProcessServer.start(bun, {}, user.folder.url("server.ts"));
    await echoes(server);
  },
);

Deno.test(
  "deno: `npm:edgesocket` gives a server that echoes, and types that fit Deno",
  needsNpm,
  async () => {
    const { manifest } = await npmPackage();
    await using user = await consumer();
    await Deno.remove(user.folder.url("package.json"));
    const specifier = `npm:edgesocket@^${manifest.version}`;
    await user.folder.copy("server.ts", specifier, hono);
    await user.folder.write(
      "serve.ts",
      `import { handler } from "${specifier}";
    export default handler(() => new Response()) satisfies Deno.ServeDefaultExport;
    Deno.serve(handler(() => new Response()).fetch);`,
    );
    await user.folder.copy("user.ts", specifier, hono);
    const check = ["check", "--no-lock", "server.ts", "serve.ts", "user.ts"];
    succeeded(await user.folder.run(deno.command[0]!, check, user.env));
    await using server = await ProcessServer.start(deno, user.env, user.folder.url("server.ts"));
    await echoes(server);
  },
);

Deno.test(
  "Node imports the package without Hono, judges requests, and says where serve runs",
  needsNpm,
  async () => {
    await using user = await consumer();
    const install = ["install", "--no-audit", "--no-fund", "--silent", "edgesocket"];
    succeeded(await user.folder.run("npm", install, user.env));
    await user.folder.copy("node.js", "edgesocket");
    await user.folder.write(
      "require.cjs",
      `console.log(typeof require("edgesocket").checkHandshake)`,
    );
    const said = await user.folder.run("node", ["node.js"]);
    const { failures, ...rest } = JSON.parse(succeeded(said));
    assertEquals(said.stderr, "");
    assertEquals(rest, {
      root: [
        "checkHandshake",
        "createUpgradeWebSocket",
        "handler",
        "serve",
        "upgradeWebSocket",
        "websocket",
      ],
      hono: [
        "createBunWebSocket",
        "createUpgradeWebSocket",
        "hub",
        "upgradeWebSocket",
        "websocket",
      ],
      same: 403,
      any: "accepted",
    });
    const [serve, upgrade, port] = failures;
    for (const name of ["Deno", "Bun", "edgesocket/node"]) assertStringIncludes(serve, name);
    assertMatch(serve, /^Error: Cannot [^\n]+$/);
    assertEquals(upgrade, serve);
    assertMatch(port, /^RangeError: Cannot use option port: [^\n]+$/);
    assertEquals(succeeded(await user.folder.run("node", ["require.cjs"])), "function\n");
  },
);

/** How users set TypeScript up, and with which version. */
const WEB = { lib: ["ES2022", "DOM", "DOM.Iterable"], target: "ES2022", types: [] };
const NODENEXT = { ...WEB, module: "nodenext", moduleResolution: "nodenext" };
const BUNDLER = { ...WEB, module: "esnext", moduleResolution: "bundler" };
/** Bun's own template, but for its `skipLibCheck`. */
const BUN = { ...BUNDLER, lib: ["ESNext"], target: "ESNext", module: "Preserve", types: ["bun"] };
/** `@tsconfig/node20`: no DOM library. Hono's types name its events, so these are not looked into. */
const NODE = { ...NODENEXT, lib: ["ES2023"], types: ["node"], skipLibCheck: true };
const SETUPS: [version: string, name: string, options: Record<string, unknown>, file: string][] = [
  ["5.7", "nodenext", NODENEXT, "user.ts"],
  ["7", "nodenext", NODENEXT, "user.ts"],
  ["7", "bundler", BUNDLER, "user.ts"],
  ["7", "node", NODE, "user.ts"],
  ["7", "node, without Hono", { ...NODE, skipLibCheck: false }, "node.ts"],
  ["7", "bun", BUN, "user.ts"],
  ["7", "bun, without Hono", BUN, "bun.ts"],
];

Deno.test(
  "user code that takes every export passes tsc --strict, from TypeScript 5.7 on",
  needsNpm,
  async () => {
    await using user = await consumer();
    const { folder } = user;
    const install = ["install", "--no-audit", "--no-fund", "--silent"];
    const packages = ["edgesocket", "hono", "@types/bun@~1.4.0", "@types/node@^26.0.0"];
    for (const version of new Set(SETUPS.map(([version]) => version))) {
      packages.push(`typescript-${version}@npm:typescript@~${version}`);
    }
    succeeded(await folder.run("npm", [...install, ...packages], user.env));
    await folder.copy("user.ts", "edgesocket");
    await folder.write(
      "bun.ts",
      `import { handler, websocket } from "edgesocket";
     Bun.serve({ fetch: () => new Response(), websocket });
     Bun.serve(handler(() => new Response()));`,
    );
    await folder.write(
      "node.ts",
      `import { checkHandshake, serve } from "edgesocket";
     import { connect, createTestServer, handshake } from "edgesocket/testing";
     new Request("http://localhost", handshake({ protocols: ["a"] }));
     connect(createTestServer(() => new Response()), "/").then(({ response }) => response.status);
     serve({ fetch: (request) => new Response(checkHandshake(request).kind) });`,
    );
    for (const [version, name, options, file] of SETUPS) {
      const compilerOptions = {
        ...options,
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
      };
      await folder.write("tsconfig.json", { compilerOptions, files: [file] });
      const tsc = `node_modules/typescript-${version}/bin/tsc`;
      const { code, stdout } = await folder.run("node", [tsc, "-p", "."]);
      assertEquals(code, 0, `TypeScript ${version}, ${name}:\n${stdout}`);
    }
  },
);

Deno.test("the user code of the type checks takes every export", async () => {
  const user = await Deno.readTextFile(new URL("fixtures/user.ts", import.meta.url));
  for (const [entry, path] of Object.entries(exports)) {
    const doc = await output(Deno.execPath(), ["doc", "--json", path], 60_000);
    const specifier = config.name + entry.slice(1);
    const imported = user.match(new RegExp(`import \\{([^}]*)\\} from "${specifier}"`))?.[1] ?? "";
    const names = imported.split(",").map((name) =>
      name.trim().replace(/^type /, "").split(" ")[0]
    );
    const [module] = Object.values<{ symbols: { name: string }[] }>(JSON.parse(doc!).nodes);
    for (const { name } of module!.symbols) assert(names.includes(name), `${name} of ${path}`);
  }
});
