/** Messages in the playground are documents; its controls say what is so. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Browser } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { Playground } from "../support/playground.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

const SCRIPT = new URL("../fixtures/playground_server.ts", import.meta.url);

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

for (const runtime of nativeRuntimes) {
  const test = (title: string, task: (tab: Playground, server: ProcessServer) => Promise<void>) =>
    Deno.test(`${runtime.name}: browser: ${title}`, needsBrowser, async () => {
      await using server = await runtime.start({}, SCRIPT);
      await using tab = await Playground.open(browser, `http://127.0.0.1:${server.port}/`);
      await task(tab, server);
    });
  const choose = (tab: Playground, text: string) =>
    tab.page.locator("#rows [role=row]", { hasText: text }).last().click();

  test("JSON is a tree, in which numbers stay as they were written", async (tab) => {
    await tab.connect();
    await tab.send('{"id":12345678901234567890,"rooms":[{"name":"lobby"}],"x":"\u202E"}');
    await tab.counts(3);
    await choose(tab, "lobby");
    await tab.says("detail", "12345678901234567890");
    await tab.says("detail", '"U+202E"');
    assertEquals(await tab.page.locator("#detail-as").inputValue(), "tree");
    await tab.page.locator("#detail summary", { hasText: /^rooms: / }).click();
    await tab.page.locator("#detail summary", { hasText: /^0: / }).click();
    await tab.page.locator("#detail .leaf", { hasText: 'name: "lobby"' }).waitFor();
    await tab.page.locator("#detail-as").selectOption("hex");
    await tab.says("detail", "00000000  7b 22 69 64 22 3a 31 32  33 34 35 36");
    await tab.page.locator("#detail-as").selectOption("text");
    await tab.says("detail", '{"id":1234');
  });

  test("a long message is whole, page by page and as a file", async (tab) => {
    await tab.connect();
    const message = `${"x".repeat(40_000)}\nend`;
    await tab.send(message);
    await tab.counts(3);
    await tab.logs("… 39,704 more");
    await choose(tab, "xxx");
    await tab.says("place", "Characters 1 to 16,384 of 40,004");
    await tab.press("Next");
    await tab.press("Next");
    await tab.says("place", "Characters 32,769 to 40,004 of 40,004");
    await tab.says("detail", "end");
    assertEquals(await tab.button("Next").isDisabled(), true);
    const { name, bytes } = await tab.saves("Save Message");
    assertMatch(name, /^message-.*\.txt$/);
    assertEquals(new TextDecoder().decode(bytes), message);
  });

  test("a binary message is saved byte by byte, and can be sent again", async (tab) => {
    await tab.connect();
    await tab.page.getByRole("radio", { name: "Hex" }).check();
    await tab.send("00 ff fe 0a");
    await tab.counts(3);
    await choose(tab, "00 ff fe 0a");
    await tab.says("detail", "00000000  00 ff fe 0a");
    const { name, bytes } = await tab.saves("Save Message");
    assertMatch(name, /\.bin$/);
    assertEquals(bytes, Uint8Array.of(0, 255, 254, 10));
    await tab.press("Send Again");
    await tab.counts(5);
    assertEquals((await tab.rows()).at(-1), "received 00 ff fe 0a");
  });

  test("what was sent can be chosen again, in its format", async (tab) => {
    await tab.connect();
    await tab.send("first\nwith two lines");
    await tab.page.getByRole("radio", { name: "Hex" }).check();
    await tab.send("01 02");
    await tab.says("received", "2");
    const history = tab.page.locator("#history");
    await history.selectOption({ label: "first\\nwith two lines" });
    assertEquals(await tab.page.locator("#message").inputValue(), "first\nwith two lines");
    assertEquals(await tab.text("message-label"), "Text");
    await tab.press("Send");
    await tab.says("received", "3");
    await history.selectOption({ label: "01 02" });
    assertEquals(await tab.text("message-label"), "Bytes in hex, such as 00 01 ff");
  });

  test("a row that is chosen stays, whatever comes; the newest can be followed again", async (tab) => {
    await tab.connect();
    await tab.send("chosen one");
    await tab.counts(3);
    await choose(tab, "chosen one");
    await tab.generate({ amount: 2_000, rate: 100_000 });
    await tab.counts(4_003);
    const row = tab.page.locator("#rows [aria-selected=true]");
    assertStringIncludes((await row.textContent())!, "chosen one");
    const inView = () =>
      tab.page.evaluate<boolean>(`{
        const box = log.getBoundingClientRect();
        const row = document.querySelector("#rows [aria-selected=true]")?.getBoundingClientRect();
        row !== undefined && row.top >= box.top && row.bottom <= box.bottom;
      }`);
    assertEquals(await inView(), true);
    await tab.press("Newest");
    await tab.logs("2000 ");
    assertEquals(await inView(), false);
    await tab.says("detail", "chosen one");
  });

  test("controls say what is so after a reload, and when one comes back", async (tab, server) => {
    const { page } = tab;
    const consistent = async () => {
      const hex = await page.getByRole("radio", { name: "Hex" }).isChecked();
      const label = await tab.text("message-label");
      assertEquals(label, hex ? "Bytes in hex, such as 00 01 ff" : "Text");
      const kind = await page.locator("#kind").inputValue();
      await tab.says("count", kind === "out" ? "0 of 1 entry" : "1 entry");
      assertEquals(await tab.button("Send").isDisabled(), false);
      assertEquals(await tab.button("Connect").isDisabled(), true);
      return await page.getByLabel("Reconnect when it breaks").isChecked();
    };
    const set = async () => {
      await page.getByLabel("Reconnect when it breaks").check();
      await page.getByRole("radio", { name: "Hex" }).check();
      await page.locator("#kind").selectOption("out");
    };
    await set();
    await page.reload();
    await tab.connect();
    await consistent();
    await set();
    await page.goto(`http://127.0.0.1:${server.port}/icon.svg`);
    await page.goBack();
    // The browser may have kept the page, and its connection with it.
    if (await page.locator("#status").getAttribute("data-state") !== "open") await tab.connect();
    const reconnects = await consistent();
    server.signal("SIGKILL");
    await tab.is(reconnects ? "waiting" : "failed");
  });

  test("the focus stays where it is", async (tab, server) => {
    const { page } = tab;
    await page.locator("#search").focus();
    await page.evaluate("document.querySelector('#connection').requestSubmit()");
    await tab.is("open");
    assertEquals(await tab.focused(), "search");
    await tab.press("Send");
    await tab.says("received", "1");
    assertEquals(await tab.focused(), "send");
    server.signal("SIGKILL");
    await tab.is("failed");
    assertEquals(await tab.focused(), "send");
  });

  test("a link carries URL, subprotocol and message", async (tab, server) => {
    const { page } = tab;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator("#url").fill("/chat");
    await page.locator("#protocols").fill("chat");
    await page.locator("#message").fill("two\nlines & more");
    await tab.press("Copy Link");
    await tab.says("done", "Link copied");
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    assertEquals(new URL(link).search, "");
    await using other = await Playground.open(browser, link);
    const values = ["url", "protocols", "message"].map((id) =>
      other.page.locator(`#${id}`).inputValue()
    );
    assertEquals(await Promise.all(values), [
      `ws://127.0.0.1:${server.port}/chat`,
      "chat",
      "two\nlines & more",
    ]);
    await other.connect();
  });

  test("the drawings have axes, and tell what is under the pointer", async (tab) => {
    await tab.connect();
    await tab.generate({ amount: 300, rate: 1_000 });
    await tab.says("basis", "of the last 300 round trips");
    const ticks = await tab.page.locator("#plot text").allTextContents();
    assert(ticks.length >= 4, ticks.join());
    assertEquals(ticks[0], "0 ms");
    await tab.page.locator("#plot").hover();
    assertMatch(
      await tab.says("plot-value", "before the last"),
      /^[\d.]+ ms, \d+ before the last$/,
    );
    const bar = tab.page.locator("#bars rect").first();
    const { x, y, width, height } = (await bar.boundingBox())!;
    await tab.page.mouse.move(x + width / 2, y + height / 2);
    assertMatch(
      await tab.says("bars-value", "%"),
      /^from [\d.]+ m?s to [\d.]+ m?s: \d+ \([\d.]+ %\)$/,
    );
    assertMatch(await tab.text("sent-rate"), /^[\d,]+\/s$/);
  });

  test("a HAR has the messages of each connection", async (tab, server) => {
    for (const message of ["one", "two"]) {
      await tab.connect();
      await tab.send(message);
      await tab.logs(`${message}`);
      await tab.says("received", message === "one" ? "1" : "2");
      await tab.press("Close Socket");
      await tab.is("closed");
    }
    await tab.counts(8);
    const { name, bytes } = await tab.saves("Save HAR");
    assertMatch(name, /\.har$/);
    const { log } = JSON.parse(new TextDecoder().decode(bytes));
    assertEquals(
      log.entries.map((entry: Record<string, unknown> & { request: { url: string } }) => [
        entry.request.url,
        (entry._webSocketMessages as { type: string; data: string }[])
          .map(({ type, data }) => `${type} ${data}`),
      ]),
      ["one", "two"].map((message) => [
        `ws://127.0.0.1:${server.port}/ws`,
        [`send ${message}`, `receive ${message}`],
      ]),
    );
  });
}
