/** README names the oldest runtimes that it runs on: its server, as pasted, on each of them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { output, root } from "../support/command.ts";
import { fencesIn, playground, startExample } from "../support/examples.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";
import { needsNpm } from "./npm_registry.ts";

const README = Deno.readTextFileSync(new URL("README.md", root));

/** How a runtime says where its program is: what npm puts on the PATH is a script around it. */
const WHERE = {
  deno: ["eval", "--no-lock", "console.log(Deno.execPath())"],
  bun: ["-e", "console.log(process.execPath)"],
};

/** The program of a version, from npm. */
async function programOf(name: "deno" | "bun", version: string): Promise<string> {
  const exec = ["exec", "--yes", `--package=${name}@${version}`, "--", name, ...WHERE[name]];
  const path = (await output("npm", exec, 180_000))?.split("\n").at(-1);
  assert(path, `npm has no ${name} ${version}`);
  return path;
}

const FLAGS = { deno: ["run", "--quiet", "--no-lock", "--allow-all"], bun: [] };

for (const runtime of [deno, bun]) {
  const { name } = runtime;
  Deno.test(
    `${name}: README's servers run on the oldest version that README names`,
    needsNpm,
    async () => {
      const oldest = README.match(/run from Deno\s+([\d.]+) and Bun ([\d.]+) on/)!;
      const version = oldest[name === "deno" ? 1 : 2]!;
      const command = [await programOf(name, version), ...FLAGS[name]];
      assertStringIncludes((await output(command[0]!, ["--version"], 20_000))!, version);
      const old: WireRuntime = { ...runtime, command };
      const samples = fencesIn("README.md", README).filter(({ info }) =>
        /^ts (hono|plain|both)$/.test(info)
      );
      assertEquals(samples.length, 3);
      for (const sample of samples) {
        await using folder = await playground([sample]);
        await using server = await startExample(old, folder.path(sample));
        using client = await RawClient.open(server.port, "/ws");
        client.send(OPCODE.text, "hi");
        assertEquals(await client.text(), "hi");
        client.close(4321, "bye");
        assertEquals(await client.closeFrame(), { code: 4321, reason: "bye" });
        // Deno itself says where it listens.
        assertEquals(server.errors.replaceAll(/^Listening on .*\n/gm, ""), "");
      }
    },
  );
}
