/** The dashboard in a real browser: streams, a limit that all pages share, a question of the server. */
import { assert, assertEquals } from "@std/assert";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { HUB, startApp } from "../support/echo_app.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** A page of the dashboard, whose errors fail the test. */
async function open(port: number, viewport = { width: 1280, height: 900 }) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  await connected(page);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      assertEquals(faults, []);
    },
  };
}

const connected = (page: Page) => page.locator('#status[data-state="open"]').waitFor();

/** The curve of a sensor has some values. */
async function moves(page: Page, name: string): Promise<void> {
  await page.locator(`#${name} .line[points*=" "]`).waitFor({ state: "attached" });
}

/** The limit that a page shows becomes this. */
async function limit(page: Page, name: string, value: string): Promise<void> {
  await page.locator(`#${name}[data-limit="${value}"]`).waitFor();
  assertEquals(await page.locator(`#${name} input`).inputValue(), value);
}

async function setLimit(page: Page, name: string, value: string): Promise<void> {
  await page.locator(`#${name} input`).fill(value);
  await page.locator(`#${name} button`).click();
}

/** What a page says of accessibility, in both colour schemes, and whether it fits into its window. */
async function checkLooks(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
    assertEquals(found, [], colorScheme);
  }
  const overhang = await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assertEquals(overhang, 0);
}

for (const runtime of nativeRuntimes) {
  Deno.test(
    `${runtime.name}: browser: a dashboard with streams, limits and a question`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime, {}, HUB);
      await using ada = await open(app.port);
      await using bob = await open(app.port, { width: 390, height: 844 });
      for (const { page } of [ada, bob]) {
        for (const name of ["processor", "memory", "delay"]) await moves(page, name);
      }
      assert(Number(await ada.page.locator("#memory output").textContent()) > 10);

      await setLimit(ada.page, "memory", "1");
      await limit(bob.page, "memory", "1");
      await bob.page.locator('#memory[data-over="true"]').waitFor();
      await setLimit(bob.page, "delay", "5000");
      await limit(ada.page, "delay", "5000");
      // A page that is opened later knows them, too.
      await using eve = await open(app.port);
      await limit(eve.page, "memory", "1");
      for (const { page } of [ada, bob]) await checkLooks(page);

      const clear = ada.page.locator("#clear");
      await clear.click();
      await ada.page.locator("#asked", { hasText: "Take away 2 limits" }).waitFor();
      await checkLooks(ada.page);
      await ada.page.keyboard.press("Enter");
      await limit(bob.page, "memory", "1");
      await clear.click();
      await ada.page.getByRole("button", { name: "Yes" }).click();
      for (const { page } of [ada, bob, eve]) {
        await limit(page, "memory", "");
        await limit(page, "delay", "");
      }
    },
  );

  Deno.test(
    `${runtime.name}: browser: a dashboard comes back when its server does`,
    needsBrowser,
    async () => {
      const first = await startApp(runtime, {}, HUB);
      await using ada = await open(first.port);
      await moves(ada.page, "memory");
      first.child.kill("SIGTERM");
      await ada.page.locator('#status[data-state="closed"]').waitFor();
      await first[Symbol.asyncDispose]();
      await using _second = await startApp(runtime, { PORT: `${first.port}` }, HUB);
      await connected(ada.page);
      await setLimit(ada.page, "memory", "1");
      await ada.page.locator('#memory[data-over="true"]').waitFor();
    },
  );
}
