/** The playground in a real browser, with both servers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { type EchoApp, startApp } from "../support/echo_app.ts";
import { nativeRuntimes, type WireRuntime } from "../support/runtimes.ts";

const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [{ name: "wide", width: 1280, height: 900 }, {
  name: "phone",
  width: 390,
  height: 844,
}] as const;
/** Where pictures go, if they are asked for: README shows them. */
const pictures = Deno.env.get("PICTURES");

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** A page of its own, whose errors fail the test. */
async function open(url: string) {
  const context = await browser.newContext({ viewport: WIDTHS[0], acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(url);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      assertEquals(faults, []);
    },
  };
}

/** A case with the page open on an app of its own. */
function browse(
  runtime: WireRuntime,
  title: string,
  task: (page: Page, app: EchoApp) => Promise<void>,
): void {
  Deno.test(`${runtime.name}: browser: ${title}`, needsBrowser, async () => {
    await using app = await startApp(runtime);
    await using tab = await open(`http://127.0.0.1:${app.port}/`);
    await task(tab.page, app);
  });
}

const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();

/** Waits until an element's text holds `part`. */
async function says(page: Page, id: string, part: string): Promise<string> {
  await page.locator(`#${id}`, { hasText: part }).waitFor();
  return (await text(page, id))!;
}

async function connect(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Connect" }).click();
  await page.locator('#status[data-state="open"]').waitFor();
}

async function send(page: Page, message: string): Promise<void> {
  await page.locator("#message").fill(message);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The log's rows that exist, as "direction data". */
const rows = (page: Page) =>
  page.locator("#rows [role=row]").evaluateAll((all) =>
    all.map((row) =>
      [".direction", ".data"].map((cell) => row.querySelector(cell)!.textContent).join(" ")
    )
  );

/** Waits until the log says that it has so many entries. */
const counts = (page: Page, entries: number) =>
  says(page, "count", `${entries.toLocaleString("en")} entries`);

for (const runtime of nativeRuntimes) {
  const { name } = runtime;

  browse(
    runtime,
    "connects, echoes, counts, and closes with code and reason",
    async (page, app) => {
      assertEquals(await text(page, "status"), "Not connected");
      assertEquals(
        await page.getByRole("button", { name: "Send", exact: true }).isDisabled(),
        true,
      );
      await connect(page);
      await send(page, "grüße");
      await says(page, "received", "1");
      assertEquals([await text(page, "sent"), await text(page, "received-bytes")], ["1", "7 B"]);
      assertMatch(await says(page, "last", "ms"), /^\d+\.\d ms$/);
      await page.getByRole("button", { name: "Send last again" }).click();
      await says(page, "received", "2");
      await page.getByLabel("Close code").fill("4321");
      await page.getByLabel("Reason").fill("enough");
      await page.getByRole("button", { name: "Close Socket" }).click();
      await page.locator('#status[data-state="closed"]').waitFor();
      assertEquals(await text(page, "status"), "Closed – 4321: the application's own (enough)");
      await counts(page, 6);
      assertEquals(await rows(page), [
        `event Connection opened to ws://127.0.0.1:${app.port}/ws`,
        "sent grüße",
        "received grüße",
        "sent grüße",
        "received grüße",
        "event Connection closed – 4321: the application's own (enough)",
      ]);
    },
  );

  browse(runtime, "a page may not close with 1002, and is told", async (page) => {
    await connect(page);
    const fault = () => page.evaluate<string>("document.querySelector('#code').validationMessage");
    await page.getByLabel("Close code").fill("1002");
    await page.getByRole("button", { name: "Close Socket" }).click();
    assertStringIncludes(await fault(), "1000 or with 3000 to 4999");
    await page.getByLabel("Close code").fill("1000");
    await page.getByLabel("Reason").fill("ü".repeat(62));
    await page.getByRole("button", { name: "Close Socket" }).click();
    assertStringIncludes(await fault(), "at most 123 bytes");
    assertEquals(await page.locator("#status").getAttribute("data-state"), "open");
  });

  Deno.test(
    `${name}: browser: a page from elsewhere is refused with 403, and says so`,
    needsBrowser,
    async () => {
      await using target = await startApp(runtime);
      await using other = await startApp(runtime, { ANY_SERVER: "1" });
      const asked = encodeURIComponent(`ws://127.0.0.1:${target.port}/ws`);
      await using tab = await open(`http://127.0.0.1:${other.port}/?url=${asked}`);
      const { page } = tab;
      assertEquals(await page.locator("#url").inputValue(), `ws://127.0.0.1:${target.port}/ws`);
      await page.getByRole("button", { name: "Connect" }).click();
      const said = await says(page, "status", "Refused with 403");
      assertStringIncludes(said, `This page comes from http://127.0.0.1:${other.port}`);
      assertEquals(await page.locator("#status").getAttribute("data-state"), "failed");
      // To its own server the same page connects.
      await page.locator("#url").fill(`ws://127.0.0.1:${other.port}/ws`);
      await connect(page);
    },
  );

  Deno.test(
    `${name}: browser: without the option, no other server is prefilled or reached`,
    needsBrowser,
    async () => {
      await using target = await startApp(runtime);
      await using app = await startApp(runtime);
      const foreign = `ws://127.0.0.1:${target.port}/ws`;
      await using tab = await open(
        `http://127.0.0.1:${app.port}/?url=${encodeURIComponent(foreign)}`,
      );
      const { page } = tab;
      assertEquals(await page.locator("#url").inputValue(), `ws://127.0.0.1:${app.port}/ws`);
      await page.locator("#rows", { hasText: "ANY_SERVER=1" }).waitFor();
      await page.locator("#url").fill(foreign);
      await page.getByRole("button", { name: "Connect" }).click();
      await says(page, "status", "This page may connect to its own server only");
    },
  );

  browse(runtime, "says what is wrong with a URL, or with what is behind it", async (page, app) => {
    const own = `127.0.0.1:${app.port}`;
    for (
      const [url, said] of [
        ["ftp://x", "Cannot connect"],
        [`ws://${own}/ws#part`, "Cannot connect"],
        [`ws://${own}/nothing`, `The server at ${own} answers, but did not open a WebSocket`],
        ["/nothing", `The server at ${own} answers, but did not open a WebSocket`],
      ] as const
    ) {
      await page.getByRole("button", { name: "Clear" }).click();
      await page.locator("#url").fill(url);
      await page.getByRole("button", { name: "Connect" }).click();
      await page.locator("#rows", { hasText: said }).waitFor();
      assertStringIncludes((await text(page, "status"))!, said, url);
    }
    await page.locator("#url").fill("/ws");
    await connect(page);
  });

  browse(runtime, "sends bytes from hex and from a file", async (page) => {
    await connect(page);
    await page.getByRole("radio", { name: "Hex" }).check();
    await send(page, "00 01 f");
    const fault = () => page.evaluate<string>("message.validationMessage");
    assertStringIncludes(await fault(), "got half a byte");
    await send(page, "0x00, 0x01 ff");
    await says(page, "received", "1");
    await page.getByRole("radio", { name: "File" }).check();
    await page.locator("#file").setInputFiles({
      name: "bytes.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index)),
    });
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await says(page, "received-bytes", "293.0 KiB");
    const [, , first, , second] = await rows(page);
    assertEquals(first, "received 00 01 ff");
    assertMatch(second!, /^received 00 01 02 03 .*…$/);
  });

  browse(
    runtime,
    "a message above the server's limit is answered with 1009, in words",
    async (page) => {
      await connect(page);
      await send(page, "x".repeat(2 * 1024 * 1024));
      await says(page, "status", "1009: message too big");
      assertEquals(await page.locator("#status").getAttribute("data-state"), "failed");
    },
  );

  browse(
    runtime,
    "the generator sends what it is asked to, shows how far it is, and can be cancelled",
    async (page) => {
      await connect(page);
      const generate = async (messages: number, size: number, rate: number) => {
        await page.getByLabel("Messages").fill(`${messages}`);
        await page.getByLabel("Bytes each").fill(`${size}`);
        await page.getByLabel("Per second").fill(`${rate}`);
        await page.getByRole("button", { name: "Start" }).click();
      };
      await generate(300, 100, 1_000);
      await says(page, "progress-text", "Done after 300 of 300");
      await says(page, "received", "300");
      assertEquals(await text(page, "received-bytes"), "29.3 KiB");
      assertEquals(await page.locator("#progress").getAttribute("value"), "300");
      assertMatch(
        (await page.locator("#plot-line").getAttribute("points"))!,
        /^(\d+\.\d,\d+\.\d ?){120}$/,
      );
      await generate(100_000, 1, 10);
      // At least two more: on a busy machine, the page does not show every number.
      await page.locator("#sent", { hasText: /30[2-9]|3[1-9]\d/ }).waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      assertMatch((await text(page, "progress-text"))!, /^Cancelled after \d+ of 100,000 in/);
      await generate(100_000, 1, 10);
      await page.getByRole("button", { name: "Close Socket" }).click();
      assertMatch(await says(page, "progress-text", "Stopped"), /^Stopped after \d+ of 100,000 in/);
    },
  );

  browse(
    runtime,
    "the log holds 10,000 entries and more with few rows, by filter, pause and file",
    async (page) => {
      await connect(page);
      await page.getByLabel("Messages").fill("5000");
      await page.getByLabel("Per second").fill("100000");
      await page.getByRole("button", { name: "Start" }).click();
      await counts(page, 10_001);
      assert((await rows(page)).length < 40);
      assertEquals((await rows(page)).at(-1)!.slice(0, 14), "received 5000 ");

      const log = page.locator("#log");
      await log.focus();
      await log.press("Home");
      await page.locator("#row-0[aria-selected=true]").waitFor();
      assertStringIncludes(await page.locator("#detail").inputValue(), "Connection opened");
      await log.press("End");
      await page.locator("#row-10000[aria-selected=true]").waitFor();
      assertEquals(await log.getAttribute("aria-activedescendant"), "row-10000");

      await page.getByLabel("Search").fill("4321 ");
      await says(page, "count", "2 of 10,001 entries");
      await page.locator("#kind").selectOption("in");
      await says(page, "count", "1 of 10,001 entries");
      assertStringIncludes((await rows(page))[0]!, "received 4321 ");
      await page.locator("#view").selectOption("hex");
      await page.locator("#rows", { hasText: "34 33 32 31 20" }).waitFor();

      await page.getByLabel("Search").fill("");
      await page.locator("#kind").selectOption("");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).click(),
      ]);
      assertMatch(download.suggestedFilename(), /^communication-log-.*\.json$/);
      const saved = JSON.parse(await Deno.readTextFile((await download.path())!));
      assertEquals([saved.length, saved[1].direction, saved[1].size], [10_001, "sent", 64]);

      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy" }).click();
      await says(page, "done", "Copied");
      const copied = await page.evaluate<string>("navigator.clipboard.readText()");
      assertEquals(copied.split("\n").length, 10_001);

      await page.getByRole("button", { name: "Pause" }).click();
      await send(page, "unseen");
      await says(page, "received", "5,001");
      await says(page, "count", "10,001 of 10,003 entries, paused");
      await page.getByRole("button", { name: "Pause" }).click();
      await counts(page, 10_003);
      await page.getByRole("button", { name: "Clear" }).click();
      await says(page, "count", "No entries");
    },
  );

  browse(runtime, "hostile messages stay text", async (page) => {
    await connect(page);
    const hostile = [
      "<img src=x onerror=\"document.title='owned'\">",
      "<script>document.title='owned'</script>",
      "\u202Egnp.exe\u202C \u0000 \uFEFF e\u0301\u0301\u0301",
      "javascript:document.title='owned'",
      "a\nb\tc",
    ];
    for (const message of hostile) {
      // A text field would drop line breaks.
      const value = JSON.stringify(message);
      await page.evaluate(
        `Object.defineProperty(message, "value", { configurable: true, value: ${value} })`,
      );
      await page.getByRole("button", { name: "Send", exact: true }).click();
    }
    await says(page, "received", `${hostile.length}`);
    const shown = (await rows(page)).filter((row) => row.startsWith("received "));
    assertEquals(shown.map((row) => row.slice("received ".length)), hostile);
    assertEquals(await page.locator("#rows").locator("img, script, a").count(), 0);
    assertEquals(await page.title(), "edgesocket playground");
  });

  browse(runtime, "everything can be done by keyboard alone", async (page) => {
    const { keyboard } = page;
    const focused = () => page.evaluate<string>("document.activeElement.id");
    const tabTo = async (id: string) => {
      for (let step = 0; step < 40 && await focused() !== id; step++) await keyboard.press("Tab");
      assertEquals(await focused(), id);
    };
    await tabTo("url");
    await keyboard.press("Enter");
    await page.locator('#status[data-state="open"]').waitFor();
    await tabTo("message");
    await keyboard.type("typed");
    await keyboard.press("Enter");
    await says(page, "received", "1");
    await tabTo("log");
    await keyboard.press("ArrowUp");
    assertStringIncludes(await page.locator("#detail").inputValue(), "typed");
    await tabTo("detail");
    await page.evaluate("document.activeElement.blur()");
    await tabTo("close");
    await keyboard.press("Enter");
    await page.locator('#status[data-state="closed"]').waitFor();
    // The button that had the focus is switched off: the next one has it.
    assertEquals(await focused(), "connect");
    await keyboard.press("Enter");
    await page.locator('#status[data-state="open"]').waitFor();
  });

  Deno.test(
    `${name}: browser: says that the server is gone, and comes back with it`,
    needsBrowser,
    async () => {
      const app = await startApp(runtime);
      await using tab = await open(`http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await connect(page);
      await page.getByLabel("Reconnect when it breaks").check();
      app.child.kill("SIGKILL");
      await app[Symbol.asyncDispose]();
      await page.locator('#status[data-state="waiting"]').waitFor();
      await says(page, "status", "does not answer. Reconnecting, attempt 2");
      assertMatch((await text(page, "countdown"))!, /^in \d\.\d s$/);
      await using again = await startApp(runtime, { PORT: `${app.port}` });
      assertEquals(again.port, app.port);
      await page.locator('#status[data-state="open"]').waitFor();
      assertEquals(await text(page, "countdown"), "");
      await page.getByLabel("Reconnect when it breaks").uncheck();
      again.child.kill("SIGKILL");
      await page.locator('#status[data-state="failed"]').waitFor();
      assertStringIncludes((await text(page, "status"))!, "1006: connection lost");
      await page.getByRole("button", { name: "Connect" }).click();
      await says(page, "status", `The server at 127.0.0.1:${app.port} does not answer`);
    },
  );

  browse(runtime, "the origin corner tells what the server would say", async (page, app) => {
    assertEquals(await text(page, "own-origin"), `http://127.0.0.1:${app.port}`);
    await page.getByRole("button", { name: "Ask the server" }).click();
    await says(page, "verdict", "403: expected an origin that may connect here");
    await page.locator("#origin").fill(`http://127.0.0.1:${app.port}`);
    await page.getByRole("button", { name: "Ask the server" }).click();
    await says(page, "verdict", "101: a page of http://127.0.0.1");
  });

  browse(
    runtime,
    "no violation for axe, nothing sticks out, light and dark, wide and narrow",
    async (page) => {
      await connect(page);
      await page.getByLabel("Messages").fill("400");
      await page.getByLabel("Bytes each").fill("8");
      await page.getByRole("button", { name: "Start" }).click();
      await says(page, "progress-text", "Done");
      await counts(page, 801);
      const messages = [
        "Hello",
        "grüße",
        "naïve ✓",
        '{"room":"lobby"}',
        '{"room":"lobby","say":"hi"}',
      ];
      for (const [index, message] of messages.entries()) {
        await send(page, message);
        await counts(page, 803 + 2 * index);
      }
      await page.getByRole("button", { name: "Ask the server" }).click();
      await says(page, "verdict", "403");
      await page.locator("#rows [role=row]").last().click();
      for (const colorScheme of SCHEMES) {
        for (const { name: width, ...viewport } of WIDTHS) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          const { violations } = await new AxeBuilder({ page }).analyze();
          assertEquals(
            violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`),
            [],
            `${colorScheme}, ${width}`,
          );
          const overhang = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          assertEquals(overhang, 0, `${colorScheme}, ${width}`);
          await page.evaluate("scrollTo(0, 0)");
          const picture = await page.screenshot();
          assert(picture.length > 10_000);
          if (pictures && name === "deno") {
            await Deno.writeFile(`${pictures}/playground-${colorScheme}-${width}.png`, picture);
          }
        }
      }
    },
  );
}
