/** Both ends of a connection in the playground, in a real browser, with both servers. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AxeBuilder } from "npm:@axe-core/playwright@4.14.0";
import type { Browser, Page } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { startApp } from "../support/echo_app.ts";
import { PathProxy } from "../support/path_proxy.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { nativeRuntimes, type WireRuntime } from "../support/runtimes.ts";

const APP = new URL("../fixtures/inspect_app.ts", import.meta.url);
const TOKEN = "0123456789abcdef0123456789abcdef";

/** Where pictures go, if they are asked for: docs/playground.md shows one. */
const pictures = Deno.env.get("PICTURES");

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

const start = (runtime: WireRuntime, env: Record<string, string> = {}) =>
  runtime.start({ INSPECT: "1", PORT: "0", ...env }, APP);

/** A page of its own that shows both ends, whose errors fail the test. */
async function open(url: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(url);
  await show(page);
  return {
    page,
    async [Symbol.asyncDispose]() {
      await context.close();
      assertEquals(faults, []);
    },
  };
}

const show = (page: Page) => page.getByRole("tab", { name: "Both ends" }).click();

const tells = (page: Page, part = "The server tells what it sees") =>
  page.locator("#inspect-state", { hasText: part }).waitFor({ state: "attached" });

async function connect(page: Page, url: string): Promise<void> {
  await tells(page);
  await page.locator("#url").fill(url);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
}

const isOpen = (page: Page) => page.locator('#status[data-state="open"]').waitFor();

async function send(page: Page, message: string): Promise<void> {
  await page.locator("#message").fill(message);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Waits until one end says this of the connection. */
async function says(page: Page, end: "here" | "there", part: string | RegExp): Promise<string> {
  const element = page.locator(`#inspect-${end}`, { hasText: part });
  await element.waitFor();
  return (await element.textContent())!;
}

/** Waits until the table has such a row. */
const row = (page: Page, end: "here" | "there", part: string | RegExp) =>
  page.locator(`#inspect-rows tr[data-end="${end}"]`, { hasText: part }).first().waitFor();

/** The rows of the table as "end text", and whether they are in the order of time. */
const rows = (page: Page) =>
  page.locator("#inspect-rows tr").evaluateAll((all) =>
    all.map((row) => ({
      end: row.getAttribute("data-end"),
      time: Number(row.getAttribute("data-time")),
      text: [...row.children].slice(1).map((cell) => cell.textContent).join(""),
    }))
  );

/** axe finds nothing, and nothing sticks out, light and dark, wide and narrow. */
async function isAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
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
    }
  }
}

/** A case with the page open on an app of its own. */
function browse(
  runtime: WireRuntime,
  title: string,
  task: (page: Page, app: ProcessServer) => Promise<void>,
): void {
  Deno.test(`${runtime.name}: browser: both ends: ${title}`, needsBrowser, async () => {
    await using app = await start(runtime);
    await using tab = await open(`http://127.0.0.1:${app.port}/`);
    await task(tab.page, app);
  });
}

/** A case with a network that can be stuck for one path. */
function browseStuck(
  runtime: WireRuntime,
  title: string,
  path: string,
  task: (page: Page, proxy: PathProxy) => Promise<void>,
): void {
  Deno.test(`${runtime.name}: browser: both ends: ${title}`, needsBrowser, async () => {
    await using app = await start(runtime);
    await using proxy = new PathProxy(app.port, path);
    await using tab = await open(`http://127.0.0.1:${proxy.port}/`);
    await connect(tab.page, `ws://127.0.0.1:${proxy.port}${path}`);
    await isOpen(tab.page);
    await row(tab.page, "there", "accepted with 101");
    await task(tab.page, proxy);
  });
}

for (const runtime of nativeRuntimes) {
  const pings = runtime.abilities.pings !== "runtime";

  browse(runtime, "a healthy connection, on one axis of time", async (page, app) => {
    await connect(page, app.url("/ws"));
    await isOpen(page);
    await send(page, "grüße");
    await page.locator("#inspect-traffic", {
      hasText: "The server received 1 (7 B) and sent 1 (7 B)",
    }).waitFor();
    await page.getByRole("button", { name: "Ping from the server" }).click();
    await row(page, "there", pings ? /pong in / : /expected a runtime that can ping|ping/);
    await page.getByRole("button", { name: /^Close/ }).first().click();
    await says(page, "here", "closed – 1000");
    assertMatch(await says(page, "there", "peer"), /^peer – 1000: normal closure, after/);
    const all = await rows(page);
    const shown = all.map(({ end, text }) => `${end} ${text.split(/[ ,]/, 1)}`);
    const order = ["here connecting", "there accepted", "here open", "here closed", "there peer"];
    for (const one of order) assert(shown.includes(one), `${one} in ${shown.join("; ")}`);
    const times = all.map(({ time }) => time);
    assertEquals(times, times.toSorted((a, b) => a - b));
    // Of one order but for what measuring the clock may be wrong by.
    const at = (one: string) => times[shown.indexOf(one)]!;
    assert(at("here connecting") < at("there accepted") + 5, JSON.stringify(all));
    assert(at("there accepted") < at("here open") + 5, JSON.stringify(all));
    // The log of the page has it too.
    await page.locator("#rows", { hasText: "accepted with 101" }).waitFor({ state: "attached" });
  });

  Deno.test(`${runtime.name}: browser: both ends: a refused origin`, needsBrowser, async () => {
    // The same server by another name is another origin, to which a page connects only if told to.
    await using app = await start(runtime, { ANY_SERVER: "1" });
    await using tab = await open(`http://localhost:${app.port}/`);
    const { page } = tab;
    await connect(page, app.url("/ws"));
    await says(page, "there", /^refused with 403 in/);
    await says(page, "here", "403");
  });

  browseStuck(runtime, "a slow client", "/flood", async (page, proxy) => {
    proxy.freeze("down");
    await send(page, "64");
    await row(page, "there", "begin to wait");
    await says(page, "there", /^backpressure – 1013/);
    proxy.thaw();
    // Deno cannot cut: there the close frame comes behind what was sent.
    await says(
      page,
      "here",
      runtime.abilities.terminate === "cut" ? "closed – 1006" : "closed – 1013",
    );
    await says(page, "there", /^backpressure – 1013/);
    if (pictures && runtime.name === "bun") {
      await page.screenshot({ path: `${pictures}/playground-both-ends.png` });
    }
  });

  browseStuck(runtime, "a client that catches up", "/flood", async (page, proxy) => {
    proxy.freeze("down");
    await send(page, "20");
    await row(page, "there", "begin to wait");
    await row(page, "there", /MiB wait/);
    proxy.thaw();
    await row(page, "there", "nothing waits any more");
    await isOpen(page);
  });

  browseStuck(runtime, "an idle timeout", "/idle", async (page, proxy) => {
    // Who answers pings is not idle.
    if (pings) await row(page, "there", /pong in /);
    proxy.freeze("both");
    await says(page, "there", /^idle-timeout – /);
    await isOpen(page);
    proxy.thaw();
    await says(page, "here", /closed – 100[16]/);
    await says(page, "there", /^idle-timeout – /);
  });

  browse(runtime, "a handler that fails", async (page, app) => {
    await connect(page, app.url("/throws"));
    await isOpen(page);
    await send(page, "such thing");
    await says(page, "here", "closed – 1011");
    await says(page, "there", /^handler-error – 1011/);
    await row(page, "there", "your code failed: TypeError: no such thing");
  });

  browse(runtime, "shutdown", async (page, app) => {
    await connect(page, app.url("/ws"));
    await isOpen(page);
    app.signal("SIGTERM");
    await says(page, "here", "closed – 1001");
    await says(page, "there", "shutdown – ");
  });

  Deno.test(
    `${runtime.name}: browser: both ends: a server that is killed, and another one in its place`,
    needsBrowser,
    async () => {
      await using app = await start(runtime);
      await using tab = await open(`http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await connect(page, app.url("/ws"));
      await isOpen(page);
      app.signal("SIGKILL");
      await says(page, "here", "closed – 1006");
      await says(page, "there", /^gone – .*1006/);
      await using again = await start(runtime, { PORT: `${app.port}` });
      await row(page, "there", "another process is there now");
      await connect(page, again.url("/ws"));
      await isOpen(page);
      await says(page, "there", /^(open|accepted)/);
    },
  );

  browse(runtime, "no route, and a subprotocol that is not agreed on", async (page, app) => {
    await connect(page, app.url("/nothing"));
    await says(page, "there", "no handshake was seen here");
    // The server agrees without it, and goes on; it is the browser that gives up.
    await page.locator("#protocols").fill("wrong");
    await connect(page, app.url("/chat"));
    await row(page, "there", "accepted with 101");
    await says(page, "here", "subprotocol");
  });

  Deno.test(
    `${runtime.name}: browser: both ends: errors are told without what they say in production`,
    needsBrowser,
    async () => {
      await using app = await start(runtime, { NODE_ENV: "production" });
      await using tab = await open(`http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await connect(page, app.url("/throws"));
      await isOpen(page);
      await send(page, "secret");
      await says(page, "there", /^handler-error – 1011/);
      assertStringIncludes((await rows(page)).map(({ text }) => text).join(), "your code failed");
      assert(!(await page.locator("#inspect-rows").textContent())!.includes("no secret"));
    },
  );

  Deno.test(
    `${runtime.name}: browser: both ends: a foreign page on this machine gets nothing`,
    needsBrowser,
    async () => {
      await using app = await start(runtime);
      await using foreign = await startApp(runtime, { ANY_SERVER: "1" });
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        await page.goto(`http://127.0.0.1:${foreign.port}/`);
        const said = await page.evaluate(
          `new Promise((resolve) => {
            const socket = new WebSocket("ws://127.0.0.1:${app.port}/inspect");
            socket.onopen = () => resolve("open");
            socket.onclose = ({ code }) => resolve(code);
          })`,
        );
        assertEquals(said, 1006);
        const read = await page.evaluate(
          `fetch("http://127.0.0.1:${app.port}/inspect").then(() => "read", ({ name }) => name)`,
        );
        assertEquals(read, "TypeError");
      } finally {
        await context.close();
      }
    },
  );

  Deno.test(
    `${runtime.name}: browser: both ends: the token comes by a link, and is asked for without one`,
    needsBrowser,
    async () => {
      await using app = await start(runtime, { INSPECT_TOKEN: TOKEN });
      const link = `http://127.0.0.1:${app.port}/#message=hi&inspect=${TOKEN}`;
      await using linked = await open(link);
      await tells(linked.page);
      assertEquals(new URL(linked.page.url()).hash, "#message=hi");
      await linked.page.reload();
      await show(linked.page);
      await tells(linked.page);
      await using bare = await open(`http://127.0.0.1:${app.port}/`);
      const { page } = bare;
      await tells(page, "refuses to tell: expected the token");
      await page.getByLabel("Token").fill(TOKEN);
      await page.getByRole("button", { name: "Show the server's side" }).click();
      await tells(page);
    },
  );

  browse(runtime, "topics and hubs, where the server has them", async (page, app) => {
    await tells(page);
    const above = page.getByRole("tab", { name: "Topics and hubs" });
    assertEquals(await above.count(), 0);
    await connect(page, app.url("/room"));
    await isOpen(page);
    await above.click();
    const cells = (table: string, name: string) =>
      page.locator(`#above-${table} tbody tr`, { hasText: name }).locator("td").allTextContents();
    await page.locator("#above-topics td", { hasText: "lobby" }).waitFor();
    assertEquals(await cells("topics", "lobby"), ["lobby", "1", "0", "0"]);
    await page.getByRole("button", { name: /^Close/ }).first().click();
    await page.locator("#above-topics").waitFor({ state: "hidden" });
    // The hub protocol by hand: each message ends with a byte that no text field takes.
    await connect(page, app.url("/hub"));
    await isOpen(page);
    await page.getByRole("radio", { name: "Hex" }).check();
    const invoke = (target: string, ...args: number[]) => ({
      type: 1,
      invocationId: target,
      target,
      arguments: args,
    });
    for (
      const message of [{ protocol: "json", version: 1 }, invoke("add", 1, 2), invoke("fail")]
    ) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\x1e`);
      await send(page, [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" "));
    }
    await page.locator("#above-methods td", { hasText: "fail" }).waitFor();
    assertEquals((await cells("methods", "add")).slice(0, 5), ["add", "1", "0", "0", "0"]);
    assertEquals((await cells("methods", "fail")).slice(0, 5), ["fail", "0", "1", "0", "0"]);
    await isAccessible(page);
    await show(page);
    await row(page, "there", 'call of "add" completed in');
    await row(page, "there", /call of "fail" failed in .*RangeError: too far/);
  });

  Deno.test(
    `${runtime.name}: browser: both ends: a hub is called, streams, and asks back`,
    needsBrowser,
    async () => {
      await using app = await start(runtime, { HUBS: "/hub" });
      await using tab = await open(`http://127.0.0.1:${app.port}/`);
      const { page } = tab;
      await page.getByRole("tab", { name: "Topics and hubs" }).click();
      const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
      const line = (text: string | RegExp) =>
        page.locator("#hub-lines p", { hasText: text }).first().waitFor();
      const call = async (how: string, method: string, args = "") => {
        await page.locator("#hub-method").fill(method);
        await page.locator("#hub-arguments").fill(args);
        await press(how);
      };
      await call("Call", "add", "1, 2");
      await line("connect to the hub first");
      await press("Connect to the hub");
      await line(/^connected$/);
      await call("Call", "add", "1, 2");
      await line("#1 is 3");
      await call("Call", "add", "one");
      await line("Expected JSON values with commas between");
      await call("Call", "fail");
      await line(/^#2 failed: /);
      await call("Stream", "count", "2");
      await line("#3 item 1");
      await line("#3 is over");
      await page.locator("#hub-answer").fill("true");
      await call("Call", "ask");
      await line('the server calls sure("really?")');
      await line('#4 is "yes"');
      await page.locator("#above-methods td", { hasText: "count" }).waitFor();
      await isAccessible(page);
      await press("Leave the hub");
      await line("the connection ended with 1000");
      // What is no hub is no harm.
      await page.locator("#hub-path").fill("/ws");
      await press("Connect to the hub");
      await line("this is no hub: expected the answer to a handshake");
    },
  );

  browse(runtime, "the server asks another one, and shows its raw answer", async (page, app) => {
    await tells(page);
    await page.locator("#probe summary").click();
    await page.locator("#probe-url").fill(app.url("/ws"));
    await page.locator("#probe-origin").fill("https://evil.example");
    await page.locator("#probe-headers").fill("Cookie: a=1\nX-Test: b");
    await page.getByRole("button", { name: "Ask from the server" }).click();
    await page.locator("#probe-said", { hasText: "HTTP/1.1 403 Forbidden in" }).waitFor();
    assertStringIncludes(
      (await page.locator("#probe-answer").textContent())!,
      "expected an origin that may connect here",
    );
    await page.locator("#probe-url").fill("file:///etc/passwd");
    await page.getByRole("button", { name: "Ask from the server" }).click();
    await page.locator("#probe-said", { hasText: "Cannot probe: expected a URL" }).waitFor();
    assertEquals(await page.locator("#probe-answer").isHidden(), true);
  });

  browse(runtime, "axe finds nothing, nothing sticks out", async (page, app) => {
    await connect(page, app.url("/throws"));
    await isOpen(page);
    await send(page, "x");
    await says(page, "there", "handler-error");
    await page.locator("#probe summary").click();
    await page.locator("#probe-url").fill(app.url("/nothing"));
    await page.getByRole("button", { name: "Ask from the server" }).click();
    await page.locator("#probe-said", { hasText: "404" }).waitFor();
    await isAccessible(page);
  });
}
