/** The chat in a real browser: one process, and two on two runtimes with Redis between. */
import { assertEquals } from "@std/assert";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page, WebSocketRoute } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { CHAT, startApp } from "../support/echo_app.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { Nginx, nginxVersion } from "../support/nginx.ts";
import { bun, deno, nativeRuntimes } from "../support/runtimes.ts";
import { root } from "../support/command.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** A tab of somebody with a name, whose errors fail the test. */
async function open(port: number, name: string, viewport = { width: 1280, height: 900 }) {
  const context = await browser.newContext({ viewport });
  await context.addInitScript(`localStorage.setItem("name", ${JSON.stringify(name)})`);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws/, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('#status[data-state="open"]').waitFor();
  return {
    page,
    /** Its connections, the last one open. */
    sockets,
    async [Symbol.asyncDispose]() {
      await context.close();
      assertEquals(faults, []);
    },
  };
}

/** By the keyboard alone: the field has the focus. */
async function say(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

async function sees(page: Page, line: string): Promise<void> {
  await page.locator("#lines p", { hasText: line }).first().waitFor();
}

const lines = (page: Page) => page.locator("#lines p").allTextContents();

for (const runtime of nativeRuntimes) {
  Deno.test(
    `${runtime.name}: browser: a chat in one process, with what was said before`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime, {}, CHAT);
      await using ada = await open(app.port, "ada");
      await say(ada.page, "<b>hello</b>");
      await sees(ada.page, "ada <b>hello</b>");
      await using bob = await open(app.port, "bob", { width: 390, height: 844 });
      await sees(bob.page, "ada <b>hello</b>");
      await say(bob.page, "hi");
      await sees(ada.page, "bob hi");
      assertEquals(await lines(ada.page), await lines(bob.page));

      // Whoever loses the connection comes back where it was, and nothing is there twice.
      await bob.sockets[0]!.close({ code: 4000 });
      await say(ada.page, "are you there?");
      await sees(bob.page, "ada are you there?");
      assertEquals(await lines(bob.page), ["ada <b>hello</b>", "bob hi", "ada are you there?"]);
      assertEquals(bob.sockets.length, 2);

      for (const { page } of [ada, bob]) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const { violations } = await new AxeBuilder({ page }).analyze();
          assertEquals(
            violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`),
            [],
            colorScheme,
          );
        }
        const overhang = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        assertEquals(overhang, 0);
      }
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
  name: `deno: browser: a chat in two processes, with bun, behind the example's nginx${needs}`,
  ignore: needsBrowser.ignore || needs !== "",
}, async () => {
  await using engine = await TestEngine.create("redis");
  const env = { REDIS_URL: engine.url };
  await using first = await startApp(deno, env, CHAT);
  await using second = await startApp(bun, env, CHAT);
  const configuration = Deno.readTextFileSync(new URL("examples/chat/nginx.conf", root));
  await using nginx = await Nginx.run((port, folder) =>
    configuration
      .replace("events {}", `daemon off; master_process off; pid ${folder}/nginx.pid; events {}`)
      .replace("http {", `http { access_log off; ${Nginx.temporary(folder)}`)
      .replace("listen 80;", `listen 127.0.0.1:${port};`)
      .replace(
        "server chat:8000;",
        [first, second].map((app) => `server 127.0.0.1:${app.port};`).join(" "),
      )
  );
  await using ada = await open(nginx.port, "ada");
  await using bob = await open(nginx.port, "bob");
  await using eve = await open(second.port, "eve");
  for (const [tab, text] of [[ada, "from ada"], [eve, "from eve"], [bob, "from bob"]] as const) {
    await say(tab.page, text);
    for (const { page } of [ada, bob, eve]) await sees(page, text);
  }
  // Whoever comes later sees what was said, in whichever process.
  await using late = await open(first.port, "late");
  for (const text of ["ada from ada", "eve from eve", "bob from bob"]) await sees(late.page, text);
  await engine.kill();
  await say(eve.page, "while it is away");
  await sees(eve.page, "Not sent: while it is away");
  await engine.start();
  // This Redis keeps nothing.
  for (const { page } of [ada, bob, eve]) await sees(page, "Some messages are missing here.");
  await say(ada.page, "back again");
  for (const { page } of [ada, bob, eve]) await sees(page, "back again");
});

for (const engineName of ["redis", "nats"] as const) {
  const needs = hasEngine(engineName) ? "" : ` [needs ${engineName}-server]`;
  Deno.test({
    ...needsBrowser,
    name: `deno: browser: a page whose server is restarted misses nothing, ${engineName}${needs}`,
    ignore: needsBrowser.ignore || needs !== "",
  }, async () => {
    await using engine = await TestEngine.create(engineName);
    const env = engineName === "redis" ? { REDIS_URL: engine.url } : { NATS_URL: engine.url };
    await using other = await startApp(bun, env, CHAT);
    const before = await startApp(deno, env, CHAT);
    const { port } = before;
    await using ada = await open(other.port, "ada");
    await using bob = await open(port, "bob");
    for (const tab of [ada, bob]) {
      await say(tab.page, "hello");
      for (const { page } of [ada, bob]) await sees(page, `${tab === ada ? "ada" : "bob"} hello`);
    }
    await before[Symbol.asyncDispose]();
    await bob.page.locator('#status[data-state="closed"]').waitFor();
    for (const text of ["one", "two", "three"]) await say(ada.page, text);
    await sees(ada.page, "ada three");
    await using _after = await startApp(deno, { ...env, PORT: `${port}` }, CHAT);
    await sees(bob.page, "ada three");
    await say(bob.page, "I am back");
    for (const { page } of [ada, bob]) await sees(page, "bob I am back");
    assertEquals(await lines(bob.page), await lines(ada.page));
    // Not once more after the next cut.
    await bob.sockets.at(-1)!.close({ code: 4000 });
    await say(ada.page, "four");
    await sees(bob.page, "ada four");
    const all = ["ada hello", "bob hello", "ada one", "ada two", "ada three", "bob I am back"];
    assertEquals(await lines(bob.page), [...all, "ada four"]);
  });
}
