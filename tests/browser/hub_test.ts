/**
 * The dashboard in a real browser: streams, a limit that all pages share, a question of the server; in
 * one process, and in two on two runtimes behind nginx, without sticky sessions.
 */
import { assert, assertEquals } from "@std/assert";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { root } from "../support/command.ts";
import { HUB, startApp } from "../support/echo_app.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { Nginx, nginxVersion } from "../support/nginx.ts";
import { bun, deno, nativeRuntimes } from "../support/runtimes.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** A page of the dashboard, whose errors fail the test. */
async function open(
  port: number,
  viewport = { width: 1280, height: 900 },
  script = "",
) {
  const context = await browser.newContext({ viewport });
  await context.addInitScript(script);
  const ways: string[] = [];
  context.on("request", (request) => void ways.push(request.resourceType()));
  context.on("page", (page) => page.on("websocket", () => void ways.push("websocket")));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`http://127.0.0.1:${port}/`);
  await connected(page);
  return {
    page,
    /** What kinds of requests it has made. */
    ways,
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

const missing = [
  ...hasEngine("redis") ? [] : ["redis-server"],
  ...nginxVersion() === undefined ? ["nginx"] : [],
];
const needs = missing.length > 0 ? ` [needs ${missing.join(" and ")}]` : "";

Deno.test({
  ...needsBrowser,
  name: `deno: browser: a dashboard in two processes, with bun, without sticky sessions${needs}`,
  ignore: needsBrowser.ignore || needs !== "",
}, async () => {
  await using engine = await TestEngine.create("redis");
  const env = { REDIS_URL: engine.url, HUB_SECRET: "the same in both processes" };
  await using first = await startApp(deno, env, HUB);
  const second = await startApp(bun, env, HUB);
  const { port } = second;
  const configuration = Deno.readTextFileSync(new URL("examples/hub/nginx.conf", root));
  await using nginx = await Nginx.run((port, folder) =>
    configuration
      .replace("events {}", `daemon off; master_process off; pid ${folder}/nginx.pid; events {}`)
      .replace("http {", `http { access_log off; ${Nginx.temporary(folder)}`)
      .replace("listen 80;", `listen 127.0.0.1:${port};`)
      .replace(
        "server dashboard:8000;",
        [first, second].map((app) => `server 127.0.0.1:${app.port};`).join(" "),
      )
  );
  const noWebSocket = "delete window.WebSocket";
  await using ada = await open(nginx.port);
  await using bob = await open(nginx.port, undefined, noWebSocket);
  await using eve = await open(nginx.port, undefined, noWebSocket);
  const all = [ada, bob, eve];
  for (const { page } of all) await moves(page, "memory");
  const ways = all.map(({ ways }) =>
    ["websocket", "eventsource"].filter((way) => ways.includes(way))
  );
  assertEquals(ways, [["websocket"], ["eventsource"], ["eventsource"]]);
  for (const [i, { page }] of all.entries()) {
    await setLimit(page, "memory", `${i + 1}`);
    for (const { page } of all) await limit(page, "memory", `${i + 1}`);
  }
  // Whoever asks is asked, wherever its answer arrives.
  await bob.page.locator("#clear").click();
  await bob.page.getByRole("button", { name: "Yes" }).click();
  for (const { page } of all) await limit(page, "memory", "");

  // One of both is restarted: its pages go to the other one, and nobody has to do anything.
  await second[Symbol.asyncDispose]();
  for (const { page } of all) await connected(page);
  for (const { page } of all) await page.locator("#memory output").waitFor();
  await setLimit(ada.page, "delay", "5000");
  for (const { page } of all) await limit(page, "delay", "5000");
  await using _again = await startApp(bun, { ...env, PORT: `${port}` }, HUB);
  await using late = await open(nginx.port);
  await using later = await open(nginx.port);
  await setLimit(late.page, "delay", "6000");
  for (const { page } of [...all, late, later]) await limit(page, "delay", "6000");

  // The engine goes: whoever wants to change a limit is told, and the values go on.
  await engine.kill();
  await setLimit(ada.page, "memory", "7");
  await engine.start();
  for (const { page } of all) await moves(page, "memory");
});
