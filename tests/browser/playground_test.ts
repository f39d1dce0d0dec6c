/** The playground in a real browser, with both servers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Browser } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { type EchoApp, startApp } from "../support/echo_app.ts";
import { Playground } from "../support/playground.ts";
import { nativeRuntimes, type WireRuntime } from "../support/runtimes.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

/** A case with the page open on an app of its own. */
function browse(
  runtime: WireRuntime,
  title: string,
  task: (tab: Playground, app: EchoApp) => Promise<void>,
): void {
  Deno.test(`${runtime.name}: browser: ${title}`, needsBrowser, async () => {
    await using app = await startApp(runtime);
    await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
    await task(tab, app);
  });
}

for (const runtime of nativeRuntimes) {
  const { name } = runtime;

  browse(runtime, "connects, echoes, counts, and closes with code and reason", async (tab, app) => {
    assertEquals(await tab.text("status"), "Not connected");
    assertEquals(await tab.page.title(), "Not connected – edgesocket playground");
    assertEquals(await tab.button("Send").isDisabled(), true);
    await tab.connect();
    assertEquals(await tab.page.title(), "Open – edgesocket playground");
    await tab.send("grüße");
    await tab.says("received", "1");
    assertEquals([await tab.text("sent"), await tab.text("received-bytes")], ["1", "7 B"]);
    assertMatch(await tab.says("last", "ms"), /^[\d.]+ ms$/);
    await tab.press("Send last again");
    await tab.says("received", "2");
    await tab.page.getByLabel("Close code").fill("4321");
    await tab.page.getByLabel("Reason").fill("enough");
    await tab.press("Close Socket");
    await tab.is("closed");
    assertEquals(await tab.text("status"), "Closed – 4321: the application's own (enough)");
    await tab.counts(6);
    assertEquals(await tab.rows(), [
      `event Connection opened to ws://127.0.0.1:${app.port}/ws`,
      "sent grüße",
      "received grüße",
      "sent grüße",
      "received grüße",
      "event Connection closed – 4321: the application's own (enough)",
    ]);
  });

  browse(runtime, "a page may not close with 1002, and is told", async (tab) => {
    await tab.connect();
    const fault = () =>
      tab.page.evaluate<string>("document.querySelector('#code').validationMessage");
    await tab.page.getByLabel("Close code").fill("1002");
    await tab.press("Close Socket");
    assertStringIncludes(await fault(), "1000 or with 3000 to 4999");
    await tab.page.getByLabel("Close code").fill("1000");
    await tab.page.getByLabel("Reason").fill("ü".repeat(62));
    await tab.press("Close Socket");
    assertStringIncludes(await fault(), "at most 123 bytes");
    await tab.is("open");
  });

  Deno.test(
    `${name}: browser: a page from elsewhere is refused with 403, and says so`,
    needsBrowser,
    async () => {
      await using target = await startApp(runtime);
      await using other = await startApp(runtime, { ANY_SERVER: "1" });
      const asked = encodeURIComponent(`ws://127.0.0.1:${target.port}/ws`);
      const url = `http://127.0.0.1:${other.port}/?url=${asked}`;
      await using tab = await Playground.open(browser, url);
      assertEquals(await tab.page.locator("#url").inputValue(), `ws://127.0.0.1:${target.port}/ws`);
      await tab.page.getByLabel("Reconnect when it breaks").check();
      await tab.dial();
      const said = await tab.says("status", "Refused with 403");
      assertStringIncludes(said, `This page comes from http://127.0.0.1:${other.port}`);
      await tab.is("failed");
      // To its own server the same page connects.
      await tab.connect(`ws://127.0.0.1:${other.port}/ws`);
    },
  );

  Deno.test(
    `${name}: browser: without the option, no other server is prefilled or reached`,
    needsBrowser,
    async () => {
      await using target = await startApp(runtime);
      await using app = await startApp(runtime);
      const foreign = `ws://127.0.0.1:${target.port}/ws`;
      const url = `http://127.0.0.1:${app.port}/?url=${encodeURIComponent(foreign)}`;
      await using tab = await Playground.open(browser, url);
      assertEquals(await tab.page.locator("#url").inputValue(), `ws://127.0.0.1:${app.port}/ws`);
      await tab.logs("ANY_SERVER=1");
      await tab.dial(foreign);
      await tab.says("status", "This page may connect to its own server only");
      // The browser would not let it, either.
      const blocked = await tab.page.evaluate<string>(
        `new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          setTimeout(() => resolve("nothing"), 5_000);
          new WebSocket(${JSON.stringify(foreign)});
        })`,
      );
      assertEquals(blocked, "connect-src");
    },
  );

  browse(runtime, "says what is wrong with a URL, or with what is behind it", async (tab, app) => {
    const own = `127.0.0.1:${app.port}`;
    const unopened = `The server at ${own} answers, but did not open a WebSocket`;
    for (
      const [url, said] of [
        ["ftp://x", "Cannot connect: expected a URL such as ws://host/path, got ftp:"],
        ["ws://", "Cannot connect: expected a URL such as ws://host/path, got no URL"],
        [
          `ws://${own}/ws#part`,
          "Cannot connect: expected a URL such as ws://host/path, got one with a #",
        ],
        [`ws://${own}/nothing`, `${unopened}: 404, there is nothing at /nothing`],
        ["/nothing", `${unopened}: 404, there is nothing at /nothing`],
        ["/page.css", `${unopened}: /page.css answers 200 as if it were an ordinary request`],
      ] as const
    ) {
      await tab.press("Clear");
      await tab.dial(url);
      await tab.logs(said);
      assertStringIncludes(await tab.text("status"), said, url);
    }
    await tab.connect("/ws");
  });

  browse(runtime, "sends bytes from hex and from a file", async (tab) => {
    await tab.connect();
    await tab.page.getByRole("radio", { name: "Hex" }).check();
    await tab.send("00 01 f");
    assertStringIncludes(
      await tab.page.evaluate<string>("document.querySelector('#message').validationMessage"),
      "got half a byte",
    );
    await tab.send("0x00, 0x01 ff");
    await tab.says("received", "1");
    await tab.page.getByRole("radio", { name: "File" }).check();
    await tab.page.locator("#file").setInputFiles({
      name: "bytes.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index)),
    });
    await tab.press("Send");
    await tab.says("received-bytes", "293.0 KiB");
    await tab.counts(5);
    const [, , first, , second] = await tab.rows();
    assertEquals(first, "received 00 01 ff");
    assertMatch(second!, /^received 00 01 02 03 .*…$/);
  });

  browse(
    runtime,
    "a message above the server's limit is answered with 1009, in words",
    async (tab) => {
      await tab.connect();
      await tab.send("x".repeat(2 * 1024 * 1024));
      await tab.says("status", "1009: message too big");
      await tab.is("failed");
    },
  );

  browse(
    runtime,
    "the generator sends what it is asked to, shows how far it is, and can be stopped",
    async (tab) => {
      await tab.connect();
      await tab.generate({ amount: 300, size: 100, rate: 1_000 });
      await tab.says("progress-text", "Done after 300 of 300");
      await tab.says("received", "300");
      await tab.says("received-bytes", "29.3 KiB");
      assertEquals(await tab.page.locator("#progress").getAttribute("value"), "300");
      await tab.page.locator('#plot-line[points*=" "]').waitFor({ state: "attached" });
      await tab.says("basis", "of the last 300 round trips");
      assertMatch(
        (await tab.page.locator("#plot-line").getAttribute("points"))!,
        /^(\d+\.\d,\d+\.\d ?){120}$/,
      );
      await tab.generate({ amount: 100_000, size: 1, rate: 10 });
      // At least two more: on a busy machine, the page does not show every number.
      await tab.page.locator("#sent", { hasText: /30[2-9]|3[1-9]\d/ }).waitFor();
      await tab.press("Stop");
      assertMatch(
        await tab.says("progress-text", "Stopped"),
        /^Stopped after \d+ of 100,000 in [\d.]+ s, \d+\/s$/,
      );
      await tab.generate({ amount: 100_000, size: 1, rate: 10 });
      await tab.says("progress-text", /^\d+ of 100,000/);
      await tab.press("Close Socket");
      await tab.is("closed");
      assertMatch(await tab.says("progress-text", "Stopped"), /^Stopped after \d+ of 100,000 in/);
    },
  );

  browse(
    runtime,
    "the log holds 10,000 entries and more with few rows, by filter, pause and file",
    async (tab) => {
      const { page } = tab;
      await tab.connect();
      await tab.generate({ amount: 5_000, rate: 100_000 });
      await tab.counts(10_001);
      assert((await tab.rows()).length < 60);
      assertEquals((await tab.rows()).at(-1)!.slice(0, 14), "received 5000 ");

      const log = page.locator("#log");
      await log.focus();
      await log.press("Home");
      await page.locator("#row-0[aria-selected=true]").waitFor();
      await tab.says("detail", "Connection opened");
      await log.press("End");
      await page.locator("[aria-selected=true]", { hasText: "5000 ..." }).waitFor();
      assertMatch((await log.getAttribute("aria-activedescendant"))!, /^row-\d+$/);

      await page.getByLabel("Search").fill("4321 ");
      await tab.says("count", "2 of 10,001 entries");
      await page.locator("#kind").selectOption("in");
      await tab.says("count", "1 of 10,001 entries");
      assertStringIncludes((await tab.rows())[0]!, "received 4321 ");
      await page.locator("#view").selectOption("hex");
      await tab.logs("34 33 32 31 20");

      await page.getByLabel("Search").fill("");
      await page.locator("#kind").selectOption("");
      const saved = await tab.saves("Save JSONL");
      assertMatch(saved.name, /^communication-log-.*\.jsonl$/);
      const lines = new TextDecoder().decode(saved.bytes).trimEnd().split("\n");
      const [, second] = lines.map((line) => JSON.parse(line));
      assertEquals([lines.length, second.direction, second.size], [10_001, "sent", 64]);

      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await tab.press("Copy");
      await tab.says("done", "Copied");
      const copied = await page.evaluate<string>("navigator.clipboard.readText()");
      assertEquals(copied.split("\n").length, 10_001);

      await tab.press("Pause");
      await tab.send("unseen");
      await tab.says("received", "5,001");
      await tab.says("count", "10,001 of 10,003 entries, paused");
      await tab.press("Pause");
      await tab.counts(10_003);
      await tab.press("Clear");
      await tab.says("count", "No entries");
    },
  );

  browse(
    runtime,
    "hostile messages stay text, and what hides in them is to be seen",
    async (tab) => {
      await tab.connect();
      const hostile = [
        ["<img src=x onerror=\"document.title='owned'\">"],
        ["<script>document.title='owned'</script>"],
        ["\u202Egnp.exe\u202C \u0000 \uFEFF e\u0301", "U+202Egnp.exeU+202C \\0 U+FEFF e\u0301"],
        ["javascript:document.title='owned'"],
        ["a\nb\tc", "a\\nb\\tc"],
      ] as const;
      for (const [message] of hostile) await tab.send(message);
      await tab.says("received", `${hostile.length}`);
      await tab.counts(1 + 2 * hostile.length);
      const shown = (await tab.rows()).filter((row) => row.startsWith("received "));
      assertEquals(
        shown.map((row) => row.slice("received ".length)),
        hostile.map(([message, visible = message]) => visible),
      );
      assertEquals(await tab.page.locator("#rows").locator("img, script, a").count(), 0);
      assertEquals(await tab.page.title(), "Open – edgesocket playground");
    },
  );

  browse(runtime, "everything can be done by keyboard alone", async (tab) => {
    const { keyboard } = tab.page;
    const tabTo = async (id: string) => {
      for (let step = 0; step < 60 && await tab.focused() !== id; step++) {
        await keyboard.press("Tab");
      }
      assertEquals(await tab.focused(), id);
    };
    await tabTo("url");
    await keyboard.press("Enter");
    await tab.is("open");
    // The focus is where it was.
    assertEquals(await tab.focused(), "url");
    await tabTo("message");
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("typed");
    await keyboard.press("Enter");
    await keyboard.type("on two lines");
    await keyboard.press("ControlOrMeta+Enter");
    await tab.says("received", "1");
    await tab.page.evaluate("document.activeElement.blur()");
    await tabTo("log");
    await keyboard.press("ArrowUp");
    await tab.says("detail", "typed\non two lines");
    await tabTo("detail");
    await tab.page.evaluate("document.activeElement.blur()");
    await tabTo("close");
    await keyboard.press("Enter");
    await tab.is("closed");
    // The button that has the focus is switched off, and keeps it.
    assertEquals(await tab.focused(), "close");
    await keyboard.press("Enter");
    await keyboard.press("Shift+Tab");
    await keyboard.press("Enter");
    await tab.is("open");
  });

  Deno.test(
    `${name}: browser: says that the server is gone, and comes back with it`,
    needsBrowser,
    async () => {
      const app = await startApp(runtime);
      await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await tab.connect();
      await page.getByLabel("Reconnect when it breaks").check();
      app.child.kill("SIGKILL");
      await app[Symbol.asyncDispose]();
      await tab.is("waiting");
      assertEquals(await page.title(), "Reconnecting – edgesocket playground");
      await tab.says("status", "does not answer. Reconnecting, attempt 2");
      assertMatch(await tab.text("countdown"), /^in \d\.\d s$/);
      await using again = await startApp(runtime, { PORT: `${app.port}` });
      assertEquals(again.port, app.port);
      await tab.is("open");
      assertEquals(await tab.text("countdown"), "");
      await page.getByLabel("Reconnect when it breaks").uncheck();
      again.child.kill("SIGKILL");
      await tab.is("failed");
      assertStringIncludes(await tab.text("status"), "1006: connection lost");
      await tab.press("Connect");
      await tab.says("status", `The server at 127.0.0.1:${app.port} does not answer`);
    },
  );

  browse(runtime, "the origin corner tells what the server would say", async (tab, app) => {
    await tab.unfold("origin-card");
    assertEquals(await tab.text("own-origin"), `http://127.0.0.1:${app.port}`);
    await tab.press("Ask the server");
    await tab.says("verdict", "403: expected an origin that may connect here");
    await tab.page.locator("#origin").fill(`http://127.0.0.1:${app.port}`);
    await tab.press("Ask the server");
    await tab.says("verdict", "101: a page of http://127.0.0.1");
  });
}
