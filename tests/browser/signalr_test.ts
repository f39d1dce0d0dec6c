/** Microsoft's client in a real browser, in both encodings, from the hub's own origin and another. */
import { assertEquals, assertMatch } from "@std/assert";
// Their files for browsers are in node_modules.
import "npm:@microsoft/signalr@10.0.11";
import "npm:@microsoft/signalr-protocol-msgpack@10.0.11";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { root } from "../support/command.ts";
import { nativeRuntimes, node, type WireRuntime } from "../support/runtimes.ts";
import { SCENARIO, scenarioResults } from "../support/signalr.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

const SCRIPTS = [
  "node_modules/@microsoft/signalr/dist/browser/signalr.js",
  "node_modules/@microsoft/signalr-protocol-msgpack/dist/browser/signalr-protocol-msgpack.js",
];

/** What the client on a page sees of a hub. */
async function seenBy(page: Page, url: string, encoding: string): Promise<unknown> {
  for (const path of SCRIPTS) await page.addScriptTag({ path: new URL(path, root).pathname });
  const source = await Deno.readTextFile(SCENARIO);
  await page.addScriptTag({
    type: "module",
    content: `${source}\nglobalThis.scenario = scenario;`,
  });
  // A module runs a little later.
  await page.waitForFunction("globalThis.scenario !== undefined");
  const call = `(() => {
    const { JsonHubProtocol, protocols } = signalR;
    const protocol = new (${
    encoding === "json"
  } ? JsonHubProtocol : protocols.msgpack.MessagePackHubProtocol)();
    return scenario(signalR, protocol, ${JSON.stringify(url)});
  })()`;
  return await page.evaluate(call);
}

async function see(runtime: WireRuntime, encoding: string, elsewhere: boolean): Promise<unknown> {
  await using pages = await runtime.start({ APP: "signalr" });
  const origin = pages.url("", "http");
  const env = { APP: "signalr", HUB: JSON.stringify({ origin: [origin] }) };
  await using other = elsewhere ? await runtime.start(env) : undefined;
  const page = await browser.newPage();
  try {
    await page.goto(`${origin}/page`);
    return await seenBy(page, (other ?? pages).url("/hub", "http"), encoding);
  } finally {
    await page.close();
  }
}

for (const runtime of [...nativeRuntimes, node]) {
  for (const encoding of ["json", "messagepack"]) {
    Deno.test(
      `${runtime.name}: browser: Microsoft's client, ${encoding}`,
      needsBrowser,
      async () => {
        assertEquals(await see(runtime, encoding, false), scenarioResults);
      },
    );
  }

  Deno.test(
    `${runtime.name}: browser: Microsoft's client, on a page of an origin that may connect`,
    needsBrowser,
    async () => {
      assertEquals(await see(runtime, "json", true), scenarioResults);
    },
  );

  Deno.test(
    `${runtime.name}: browser: Microsoft's client, on a page of a stranger`,
    needsBrowser,
    async () => {
      await using pages = await runtime.start({ APP: "signalr" });
      await using hub = await runtime.start({ APP: "signalr" });
      const page = await browser.newPage();
      await page.goto(pages.url("/page", "http"));
      const seen = await seenBy(page, hub.url("/hub", "http"), "json").catch((error) =>
        error.message
      );
      assertEquals(/Failed to fetch/.test(seen as string), true, `${seen}`);
      await hub.until({ on: "report", kind: "refused" });
      await page.close();
    },
  );

  Deno.test(
    `${runtime.name}: browser: Microsoft's client tells its page why it was refused`,
    needsBrowser,
    async () => {
      await using pages = await runtime.start({ APP: "signalr" });
      const origin = pages.url("", "http");
      await using hub = await runtime.start({
        APP: "hubs",
        HUB: JSON.stringify({ origin: [origin] }),
        PER_ADDRESS: JSON.stringify({ handshakes: 0.01, burst: 1 }),
      });
      const page = await browser.newPage();
      await page.goto(`${origin}/page`);
      await page.addScriptTag({ path: new URL(SCRIPTS[0]!, root).pathname });
      const start = `new signalR.HubConnectionBuilder().withUrl(${
        JSON.stringify(hub.url("/hub", "http"))
      }).build().start().catch((error) => error.message)`;
      // The first one gets a token, and no connection: that would be the second handshake. It asks
      // again then, for another way to connect.
      for (let i = 0; i < 2; i++) {
        assertMatch(await page.evaluate(start) as string, /Status code '429'/);
      }
      await page.close();
    },
  );
}
