/** The playground in Firefox: what its Worker does, and what Firefox does otherwise than Chromium. */
import { assertEquals, assertMatch } from "@std/assert";
import { startApp } from "../support/echo_app.ts";
import { hasFirefox, launchFirefox } from "../support/firefox.ts";
import { FirefoxTab } from "../support/firefox_tab.ts";
import { RawClient } from "../support/raw_client.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

const SCRIPT = new URL("../fixtures/playground_server.ts", import.meta.url);
const needsFirefox = { ignore: !hasFirefox, sanitizeOps: false, sanitizeResources: false };

let browser: Awaited<ReturnType<typeof launchFirefox>>;
if (hasFirefox) {
  Deno.test.beforeAll(async () => {
    browser = await launchFirefox();
  });
  Deno.test.afterAll(() => browser.close());
}

for (const runtime of nativeRuntimes) {
  const { name } = runtime;

  Deno.test(
    `${name}: Firefox: a document goes there and back, with its line breaks`,
    needsFirefox,
    async () => {
      await using server = await runtime.start({}, SCRIPT);
      const tab = await FirefoxTab.open(browser, server.port);
      await tab.connect();
      await tab.says("status", "Open");
      await tab.send('{"a":1}');
      await tab.send("two\nlines \u202E");
      await tab.says("received", "2");
      await tab.says("rows", "two\\nlines U+202E");
      assertMatch(await tab.says("p50", "ms"), /^[\d.]+ ms$/);
      assertEquals(await tab.run("document.title"), "Open – edgesocket playground");
      await tab.click("close");
      await tab.says("status", "Closed – 1000");
    },
  );

  Deno.test(
    `${name}: Firefox: another server is explained, though it only says 1006`,
    needsFirefox,
    async () => {
      await using app = await startApp(runtime);
      await using target = await startApp(runtime);
      const tab = await FirefoxTab.open(browser, app.port);
      await tab.connect(`ws://127.0.0.1:${target.port}/ws`);
      await tab.says(
        "status",
        "This page may connect to its own server only. Start the app with ANY_SERVER=1",
      );
    },
  );

  Deno.test(`${name}: Firefox: refusals have their causes`, needsFirefox, async () => {
    await using server = await runtime.start({ MAX_CONNECTIONS: "1" }, SCRIPT);
    const tab = await FirefoxTab.open(browser, server.port);
    await tab.connect("/nothing");
    await tab.says("status", "404, there is nothing at /nothing");
    await tab.connect("/ws", "wrong");
    // Chromium gives it up.
    await tab.says("rows", "without a subprotocol: the server chose none of wrong");
    await tab.click("close");
    await tab.says("status", "Closed – 1000");
    const guest = await RawClient.open(server.port, "/ws");
    await tab.click("reconnect");
    await tab.connect();
    await tab.says("status", "which the server asks to wait");
    guest.close(1000);
    await guest.end();
    await tab.says("status", "Open");
  });

  Deno.test(
    `${name}: Firefox: a server that hangs is named, and its close given up`,
    needsFirefox,
    async () => {
      await using server = await runtime.start({}, SCRIPT);
      const tab = await FirefoxTab.open(browser, server.port);
      await tab.connect();
      await tab.says("status", "Open");
      server.signal("SIGSTOP");
      await tab.send("?");
      await tab.says("unanswered", "1 unanswered");
      await tab.click("close");
      await tab.says("unanswered", "the close is unanswered");
      await tab.click("close");
      await tab.says("status", "given up");
    },
  );

  Deno.test(
    `${name}: Firefox: the generator stops at once, at any rate`,
    needsFirefox,
    async () => {
      await using server = await runtime.start({}, SCRIPT);
      const tab = await FirefoxTab.open(browser, server.port);
      await tab.connect();
      await tab.says("status", "Open");
      await tab.fill("amount", "1000000");
      await tab.fill("rate", "100000");
      await tab.click("generate");
      await tab.says("progress-text", "/s");
      await tab.click("cancel");
      await tab.says("progress-text", "Stopped after");
      const sent = await tab.run<string>("sent.textContent");
      await tab.says("sent", sent);
    },
  );

  Deno.test(
    `${name}: Firefox: messages are shown as trees, bytes and pages, and chosen again`,
    needsFirefox,
    async () => {
      await using server = await runtime.start({}, SCRIPT);
      const tab = await FirefoxTab.open(browser, server.port);
      const view = (value: string) =>
        tab.run(`{
          const select = document.getElementById("detail-as");
          select.value = "${value}";
          select.dispatchEvent(new Event("change"));
        }`);
      const choose = (row: number) =>
        tab.run(`document.querySelector('#rows [aria-rowindex="${row}"]').click()`);
      await tab.connect();
      await tab.says("status", "Open");
      await tab.send('{"id":12345678901234567890}');
      await tab.says("count", "3 entries");
      await tab.says("rows", "received");
      await choose(4);
      await tab.says("detail", "id: 12345678901234567890");
      await view("hex");
      await tab.says("detail", "00000000  7b 22 69 64 22 3a 31 32  33 34");
      await tab.send(`${"x".repeat(20_000)}end`);
      await tab.says("rows", "… 19,703 more");
      await choose(5);
      await view("text");
      await tab.says("place", "Characters 1 to 16,384 of 20,003");
      await tab.click("page-on");
      await tab.says("detail", "end");
      await tab.says("history", '{"id":1234');
      await tab.click("send-again");
      await tab.says("received", "3");
    },
  );

  Deno.test(
    `${name}: Firefox: controls say what is so after a reload and back, the focus stays`,
    needsFirefox,
    async () => {
      await using server = await runtime.start({}, SCRIPT);
      const tab = await FirefoxTab.open(browser, server.port);
      const { page } = tab;
      const isOff = (id: string) =>
        tab.run<string>(`document.getElementById("${id}").ariaDisabled`).then((off) =>
          off === "true"
        );
      const set = () =>
        tab.run(`{
          if (!reconnect.checked) reconnect.click();
          document.querySelector("[value=hex]").click();
        }`);
      const consistent = async () => {
        const hex = await tab.run<boolean>("document.querySelector('[value=hex]').checked");
        await tab.says("message-label", hex ? "Bytes in hex" : "Text");
        assertEquals([await isOff("connect"), await isOff("send"), await isOff("close")], [
          true,
          false,
          false,
        ]);
        return await tab.run<boolean>("reconnect.checked");
      };
      await set();
      await tab.connect();
      await tab.says("status", "Open");
      await page.reload();
      await tab.says("status", "Not connected");
      assertEquals([await isOff("connect"), await isOff("send")], [false, true]);
      await tab.run("search.focus()");
      await tab.connect();
      await tab.says("status", "Open");
      assertEquals(await tab.run("document.activeElement.id"), "search");
      await consistent();
      await set();
      await page.goto(`http://127.0.0.1:${server.port}/icon.svg`);
      await page.goBack();
      if (await tab.run("document.getElementById('status').dataset.state") !== "open") {
        await tab.connect();
        await tab.says("status", "Open");
      }
      const reconnects = await consistent();
      server.signal("SIGKILL");
      await tab.says("status", reconnects ? "Reconnecting" : "Closed – 1006");
    },
  );
}
