/** README's server and the page of the echo server, in a real browser: each on a port of its own. */
import { assert, assertStringIncludes } from "@std/assert";
import { launch, needsBrowser } from "../support/browser.ts";
import { root } from "../support/command.ts";
import { startApp } from "../support/echo_app.ts";
import { fencesIn, playground, startExample } from "../support/examples.ts";
import { nativeRuntimes, type WireRuntime } from "../support/runtimes.ts";

const fences = fencesIn("README.md", Deno.readTextFileSync(new URL("README.md", root)));
const codeOf = (info: string) => fences.find((one) => one.info === info)!.code;

/** README's server, with README's list of origins and one more. */
async function serverFor(runtime: WireRuntime, origin: string) {
  const list = codeOf("ts origins").replace('"same-origin"', `"same-origin", "${origin}"`);
  const code = codeOf("ts hono").replace(/^app\.get\([^]*?^\);\n/m, () => list);
  assert(code.includes(origin));
  const sample = { name: "server", info: "", code };
  const folder = await playground([sample]);
  const server = await startExample(runtime, folder.path(sample));
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

for (const runtime of nativeRuntimes) {
  Deno.test(
    `${runtime.name}: browser: README's server lets in the page that is added to its list`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime, { ANY_SERVER: "1" });
      const origin = `http://127.0.0.1:${app.port}`;
      await using open = await serverFor(runtime, origin);
      await using shut = await serverFor(runtime, "http://localhost:1");
      const browser = await launch();
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(10_000);
        const connect = async (port: number) => {
          await page.goto(`${origin}/?url=ws://127.0.0.1:${port}/ws`);
          await page.getByRole("button", { name: "Connect" }).click();
        };
        await connect(open.server.port);
        await page.locator('#status[data-state="open"]').waitFor();
        await connect(shut.server.port);
        await page.locator('#status[data-state="failed"]').waitFor();
        await shut.server.untilError(/\n/);
        assertStringIncludes(shut.server.errors, `write origin: ["same-origin", "${origin}"]`);
      } finally {
        await browser.close();
      }
    },
  );
}
