/** How the playground looks: for axe, on a phone, in the user's colours; and its pictures. */
import { assert, assertEquals } from "@std/assert";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { startApp } from "../support/echo_app.ts";
import { Playground } from "../support/playground.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

const WIDTHS = [{ name: "wide", width: 1280, height: 900 }, {
  name: "phone",
  width: 390,
  height: 844,
}] as const;
const COLOURS = [
  { name: "light", colorScheme: "light", forcedColors: "none" },
  { name: "dark", colorScheme: "dark", forcedColors: "none" },
  { name: "forced", colorScheme: "dark", forcedColors: "active" },
] as const;
/** Those that are shown in README and in docs/playground.md, and where they go if they are asked for. */
const SHOWN = ["light-wide", "dark-phone"];
const pictures = Deno.env.get("PICTURES");

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** Fails if axe finds something, or if something is wider than the window. */
async function looksRight(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
  assertEquals(found, [], what);
  const overhang = await page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assertEquals(overhang, 0, what);
}

for (const runtime of nativeRuntimes) {
  const { name } = runtime;

  Deno.test(
    `${name}: browser: no violation for axe in any colours and widths, nothing sticks out`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime);
      await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await tab.connect();
      await tab.generate({ amount: 400, size: 8, rate: 100 });
      await tab.says("progress-text", "Done");
      await tab.counts(801);
      const messages = ["Hello", "grüße", "naïve ✓", "two\nlines", '{"room":"lobby","say":"hi"}'];
      for (const [index, message] of messages.entries()) {
        await tab.send(message);
        await tab.counts(803 + 2 * index);
      }
      for (const colours of COLOURS) {
        for (const { name: width, ...viewport } of WIDTHS) {
          const { name: colour, ...media } = colours;
          await page.emulateMedia(media);
          await page.setViewportSize(viewport);
          await page.evaluate(`options.open = ${width === "wide"}; scrollTo(0, 0)`);
          await page.evaluate("document.querySelector('#generator-card').open = false");
          await page.evaluate("document.querySelector('aside').scrollTo(0, 0)");
          const what = `${colour}, ${width}`;
          await looksRight(page, what);
          const picture = await page.screenshot();
          assert(picture.length > 10_000);
          if (pictures && name === "deno" && SHOWN.includes(`${colour}-${width}`)) {
            await Deno.writeFile(`${pictures}/playground-${colour}-${width}.png`, picture);
          }
          await page.locator("#rows [role=row]").last().click();
          await looksRight(page, `${what}, with a row chosen`);
          await tab.press("Hide");
        }
      }
    },
  );

  Deno.test(`${name}: browser: no violation for axe in any state`, needsBrowser, async () => {
    await using app = await startApp(runtime);
    await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
    const { page } = tab;
    await tab.unfold("generator-card");
    await tab.unfold("origin-card");
    await looksRight(page, "idle");
    await tab.press("Ask the server");
    await tab.says("verdict", "403");
    await tab.connect();
    await looksRight(page, "open");
    await tab.press("Close Socket");
    await tab.is("closed");
    await looksRight(page, "closed");
    await tab.dial("/nothing");
    await tab.is("failed");
    await looksRight(page, "failed");
    await tab.connect("/ws");
    app.child.kill("SIGSTOP");
    await tab.send("unanswered");
    await tab.says("unanswered", "1 unanswered");
    await looksRight(page, "hung");
    await tab.press("Close Socket");
    await tab.is("closing");
    await looksRight(page, "closing");
    await tab.press("Give Up Closing");
    await page.getByLabel("Reconnect when it breaks").check();
    await tab.press("Connect");
    await tab.is("connecting");
    await looksRight(page, "connecting");
    app.child.kill("SIGKILL");
    await tab.is("waiting");
    await looksRight(page, "waiting");
  });

  Deno.test(
    `${name}: browser: on a phone, status, newest entries and Send are on one screen`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime);
      await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await page.setViewportSize(WIDTHS[1]);
      await page.reload();
      await tab.connect();
      for (let count = 1; count <= 20; count++) await tab.send(`message ${count}`);
      await tab.counts(41);
      await tab.logs("message 20");
      assertEquals(await page.evaluate("scrollY"), 0);
      const last = page.locator("#rows [role=row]").last();
      for (const part of [page.locator("#status"), last, tab.button("Send")]) {
        const { y, height } = (await part.boundingBox())!;
        assert(y >= 0 && y + height <= 844, `${y} ${height}`);
      }
      const { height } = (await page.locator("#log").boundingBox())!;
      assert(height >= 240, `${height}`);
    },
  );

  Deno.test(
    `${name}: browser: the log has the height that is left, and Send stands under it`,
    needsBrowser,
    async () => {
      await using app = await startApp(runtime);
      await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      const box = async (id: string) => (await page.locator(`#${id}`).boundingBox())!;
      const small = await box("log");
      await page.setViewportSize({ width: 1280, height: 1200 });
      const large = await box("log");
      assertEquals(large.height - small.height, 300);
      const send = await box("send");
      assert(send.y > large.y + large.height && send.y + send.height <= 1200);
      const status = await box("status");
      assert(status.x < 40 && status.y < 40, `${status.x} ${status.y}`);
    },
  );
}
