import { assert, assertEquals, assertMatch } from "@std/assert";
import { OPCODE, RawClient } from "./support/raw_client.ts";
import { bun, deno, type WireRuntime } from "./support/runtimes.ts";
import { ProcessServer } from "./support/process_server.ts";

const README = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
const ROOT = new URL("..", import.meta.url).href;

/** The code of the fence ```ts NAME, with the package in this tree and a port of its own. */
function example(name: string): string {
  const code = README.match(new RegExp("```ts " + name + "\\n([^]*?)```"))?.[1];
  assert(code, `README.md has no example "${name}"`);
  return code
    .replaceAll(/"(jsr:@edgesocket\/)?edgesocket\/hono"/g, `"${ROOT}src/hono.ts"`)
    .replaceAll(/"(jsr:@edgesocket\/)?edgesocket"/g, `"${ROOT}mod.ts"`)
    .replaceAll('"npm:hono@4"', '"hono"')
    .replace(/serve\(\{/, "const server = serve({")
    .replace("port: 8000", "port: 0, hostname: '127.0.0.1'");
}

async function echoes(port: number): Promise<void> {
  using client = await RawClient.open(port, "/ws");
  client.send(OPCODE.text, "hi");
  assertEquals(await client.text(), "hi");
}

const LISTENING = `\nconsole.log(JSON.stringify({ on: "listening", port: server.port }));\n`;

async function run(runtime: WireRuntime, name: string): Promise<void> {
  const folder = new URL(".", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ dir: folder, prefix: "readme_", suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, example(name) + LISTENING);
    await using server = await ProcessServer.start(runtime, {}, new URL(`file://${file}`));
    await echoes(server.port);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("deno: README's server for Deno echoes", () => run(deno, "deno"));
Deno.test("bun: README's server for Bun echoes", () => run(bun, "bun"));
for (const runtime of [deno, bun]) {
  Deno.test(`${runtime.name}: README's server without Hono echoes`, () => run(runtime, "plain"));
}

for (const [runtime, command] of [[deno, ["serve", "--port=0"]], [bun, ["--port=0"]]] as const) {
  Deno.test(`${runtime.name}: README's server for both echoes`, async () => {
    const folder = new URL(".", import.meta.url).pathname;
    const file = await Deno.makeTempFile({ dir: folder, prefix: "readme_", suffix: ".ts" });
    await Deno.writeTextFile(file, example("both"));
    const child = new Deno.Command(runtime.command[0]!, {
      args: [...command, file],
      env: { PORT: "0", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    try {
      // Deno says where it listens on standard error, Bun on standard output.
      const said = runtime === deno ? child.stderr : child.stdout;
      const other = runtime === deno ? child.stdout : child.stderr;
      await other.cancel();
      let text = "";
      for await (const chunk of said.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (/:\d+\/?\s/.test(text)) break;
      }
      assertMatch(text, /:\d+\/?\s/);
      await echoes(Number(text.match(/:(\d+)\/?\s/)![1]));
    } finally {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(file);
    }
  });
}

Deno.test("README's Hono servers take 15 lines", () => {
  for (const name of ["deno", "bun", "both"]) {
    const lines = example(name).trim().split("\n").filter((line) => line !== "");
    assert(lines.length <= 15, `${name} takes ${lines.length}`);
  }
});
