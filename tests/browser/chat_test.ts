/** The chat in a real browser: one process, and two on two runtimes with Redis between. */
import { assert, assertEquals } from "@std/assert";
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
  // Until the engine is up in both processes, what is said reaches one of them.
  for (const [tab, text] of [[ada, "from ada"], [eve, "from eve"], [bob, "from bob"]] as const) {
    await say(tab.page, text);
    for (const { page } of [ada, bob, eve]) await sees(page, text);
  }
  await engine.kill();
  await say(eve.page, "while it is away");
  await sees(eve.page, "while it is away");
  await engine.start();
  for (const { page } of [ada, bob, eve]) await sees(page, "Some messages are missing here.");
  await say(ada.page, "back again");
  for (const { page } of [ada, bob, eve]) await sees(page, "back again");
  const heard = [ada, bob, eve].map(async ({ page }) =>
    (await lines(page)).includes("eve while it is away")
  );
  // Whoever is in the process of the one who said it heard it.
  assert((await Promise.all(heard)).includes(true));
});
