/** What the playground says of connections that do not come about, break, or hang. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Browser } from "npm:playwright-core@1.65.1";
import { launch, needsBrowser } from "../support/browser.ts";
import { startApp } from "../support/echo_app.ts";
import { Playground } from "../support/playground.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { RawClient } from "../support/raw_client.ts";
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
  const test = (
    title: string,
    task: (server: ProcessServer) => Promise<void>,
    env: Record<string, string> = {},
  ) =>
    Deno.test(`${runtime.name}: browser: ${title}`, needsBrowser, async () => {
      await using server = await runtime.start(env, SCRIPT);
      await task(server);
    });
  const open = ({ port }: ProcessServer, path = "/") =>
    Playground.open(browser, `http://127.0.0.1:${port}${path}`);

  test(
    "a server without room is asked again, not before it says, and has room then",
    async (server) => {
      await using tab = await open(server);
      const guest = await RawClient.open(server.port, "/ws");
      await tab.page.getByLabel("Reconnect when it breaks").check();
      await tab.dial();
      await tab.is("waiting");
      assertMatch(
        await tab.text("status"),
        /^Refused with 503: .*attempt 1, which the server asks to wait \d+ s for…$/,
      );
      guest.close(1000);
      await guest.end();
      await tab.is("open");
    },
    { MAX_CONNECTIONS: "1" },
  );

  test("a server that drains is waited for, and its successor found", async (server) => {
    using guest = await RawClient.open(server.port, "/silent");
    await using tab = await open(server);
    await tab.page.getByLabel("Reconnect when it breaks").check();
    server.signal("SIGTERM");
    await tab.dial();
    await tab.is("waiting");
    assertStringIncludes(await tab.text("status"), "Refused with 503");
    assertEquals(guest.socket.destroyed, false);
    server.signal("SIGKILL");
    await server.status;
    await using _next = await runtime.start({ PORT: `${server.port}` }, SCRIPT);
    await tab.is("open");
  });

  test("a subprotocol that the server does not speak is the cause", async (server) => {
    await using tab = await open(server);
    await tab.dial("/ws", "v1, v2");
    await tab.is("failed");
    assertStringIncludes(await tab.text("status"), "does not speak any of v1, v2");
    await tab.dial("/chat", "v1");
    await tab.is("failed");
    assertMatch(await tab.text("status"), /v1|subprotocol/);
    await tab.connect("/chat", "chat");
    await tab.logs("subprotocol chat");
  });

  test("?url= of the own server needs no permission", async (server) => {
    await using tab = await open(server, "/?url=/silent");
    const url = `ws://127.0.0.1:${server.port}/silent`;
    assertEquals(await tab.page.locator("#url").inputValue(), url);
    await tab.connect();
    await tab.logs(`Connection opened to ${url}`);
  });

  test("a server that hangs is named, and its close given up at once", async (server) => {
    await using tab = await open(server);
    await tab.connect();
    await tab.send("before");
    await tab.says("received", "1");
    assertEquals(await tab.text("unanswered"), "");
    server.signal("SIGSTOP");
    await tab.send("after");
    assertMatch(await tab.says("unanswered", "unanswered"), /^1 unanswered, \d+ s$/);
    await tab.press("Close Socket");
    await tab.is("closing");
    await tab.says("unanswered", "the close is unanswered");
    await tab.press("Give Up Closing");
    await tab.is("closed");
    assertStringIncludes(await tab.text("status"), "given up");
    server.signal("SIGCONT");
    await tab.connect();
    await tab.send("again");
    await tab.says("received", "2");
  });

  test("a server that answers nothing at all is no reason to freeze the generator's stop", async (server) => {
    await using tab = await open(server, "/?url=/silent");
    await tab.connect();
    await tab.generate({ amount: 1_000, rate: 100_000, window: 50 });
    await tab.says("progress-text", "50 of 1,000");
    await tab.says("progress-text", "waits for answers");
    await tab.press("Stop");
    await tab.says("progress-text", "Stopped after 50 of 1,000");
    await tab.generate({ amount: 1_000, rate: 100_000, window: 0 });
    await tab.says("progress-text", "Done after 1,000 of 1,000");
  });

  test("figures are of one server", async (server) => {
    await using app = await startApp(runtime, { ANY_SERVER: "1" });
    await using tab = await Playground.open(browser, `http://127.0.0.1:${app.port}/`);
    await tab.connect();
    await tab.send("one");
    await tab.says("received", "1");
    await tab.press("Close Socket");
    await tab.is("closed");
    // The same server again goes on counting.
    await tab.connect();
    await tab.send("two");
    await tab.says("received", "2");
    await tab.press("Close Socket");
    await tab.is("closed");
    await tab.dial(`ws://127.0.0.1:${server.port}/ws`);
    await tab.is("failed");
    await tab.says("sent", "0");
    await tab.says("last", "–");
    assertEquals(await tab.text("received-bytes"), "0 B");
  });
}
