/** Our client in a real browser goes through two outages of two seconds, and loses nothing. */
import type { Browser } from "npm:playwright-core@1.65.1";
import { PageAgent } from "../support/agent.ts";
import { launch, needsBrowser } from "../support/browser.ts";
import { losesNothing } from "../support/outages.ts";
import { bun, deno, node } from "../support/runtimes.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

for (const runtime of [deno, bun, node]) {
  Deno.test(
    `${runtime.name}: browser: two outages of two seconds lose no call and no event`,
    needsBrowser,
    async () => {
      await using server = await runtime.start({ APP: "client" });
      await losesNothing(server, "chromium", async (url) => {
        const page = await browser.newPage();
        await page.goto(new URL("/page", url).href);
        return await PageAgent.start(page, url);
      });
    },
  );
}
