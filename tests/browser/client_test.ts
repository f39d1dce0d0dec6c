/** Our client in a real browser: off line and on again, a page that sleeps, two tabs. */
import { assert, assertEquals } from "@std/assert";
import type { Browser, BrowserContext } from "npm:playwright-core@1.65.1";
import { PageAgent } from "../support/agent.ts";
import { launch, needsBrowser } from "../support/browser.ts";
import { HubProxy } from "../support/hub_proxy.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

const upTo = (count: number) => [...Array(count).keys()];
const eventsOf = (agent: PageAgent) => agent.all({ on: "event" }).map(({ value }) => value);

/** A page with a client that is connected through a proxy. */
async function open(context: BrowserContext, proxy: HubProxy, user: string, options: object = {}) {
  const page = await context.newPage();
  await page.goto(proxy.url("/page"));
  const agent = await PageAgent.start(page, proxy.url(`/hub?user=${user}`), options);
  await agent.until({ on: "state", name: "connected" });
  return { page, agent };
}

/** Waits until a client waits for its next try, for a second at least. */
async function waitsLong(agent: PageAgent): Promise<void> {
  for (let count = 1;; count++) {
    const { retryAt } = await agent.until({ on: "state", name: "reconnecting" }, count);
    if (Number(retryAt ?? 0) - Date.now() > 1_000) return;
  }
}

/** The last state in which a client waited, and that in which it was connected again. */
async function cameBackEarly(agent: PageAgent, wake: () => Promise<unknown>): Promise<void> {
  await waitsLong(agent);
  const { retryAt } = agent.all({ on: "state" }).at(-1)!;
  await wake();
  await agent.until({ on: "state", name: "connected", resumed: true });
  assert(Date.now() < Number(retryAt), `connected ${Date.now() - Number(retryAt)} ms too late`);
}

type Body = (server: ProcessServer, proxy: HubProxy, context: BrowserContext) => Promise<void>;

for (const runtime of nativeRuntimes) {
  const test = (title: string, body: Body) =>
    Deno.test(`${runtime.name}: browser: ${title}`, needsBrowser, async () => {
      await using server = await runtime.start({ APP: "client" });
      await using proxy = await HubProxy.start(server.port);
      const context = await browser.newContext();
      try {
        await body(server, proxy, context);
        assertEquals(server.errors, "");
      } finally {
        await context.close();
      }
    });

  test("off line and on again: it comes back at once, and nothing is lost", async (
    server,
    proxy,
    context,
  ) => {
    const { agent } = await open(context, proxy, "ada");
    await agent.do({ do: "events", count: 400, ms: 10 });
    await agent.until({ on: "event" }, 20);
    await context.setOffline(true);
    // The switch stops what is new; what is open ends when the network does.
    proxy.goAway();
    await agent.do({ do: "run", value: 1 });
    await cameBackEarly(agent, async () => {
      proxy.comeBack();
      await context.setOffline(false);
    });
    assertEquals((await agent.until({ on: "settled" })).result, 2);
    await agent.until({ on: "event" }, 400);
    assertEquals(eventsOf(agent), upTo(400));
    assertEquals([agent.all({ on: "session" }).length, server.all({ on: "ran" }).length], [1, 1]);
  });

  test("a page that sleeps, and is looked at again", async (_server, proxy, context) => {
    const { page, agent } = await open(context, proxy, "ada");
    await agent.do({ do: "events", count: 200, ms: 10 });
    const devTools = await context.newCDPSession(page);
    await devTools.send("Page.setWebLifecycleState", { state: "frozen" });
    proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await devTools.send("Page.setWebLifecycleState", { state: "active" });
    await agent.until({ on: "state", name: "connected", resumed: true });
    await agent.until({ on: "event" }, 200);
    assertEquals(eventsOf(agent), upTo(200));
  });

  test("a page that becomes visible waits no longer", async (_server, proxy, context) => {
    const { page, agent } = await open(context, proxy, "ada");
    proxy.goAway();
    await cameBackEarly(agent, async () => {
      proxy.comeBack();
      // No page of a browser without a window is ever hidden: only the event is missing.
      await page.evaluate('document.dispatchEvent(new Event("visibilitychange")), 0');
    });
  });

  test("two tabs are two clients, each of which comes back", async (server, proxy, context) => {
    const one = await open(context, proxy, "one");
    const two = await open(context, proxy, "two");
    for (const { agent } of [one, two]) await agent.do({ do: "events", count: 50, ms: 10 });
    proxy.cut();
    for (const { agent } of [one, two]) {
      await agent.do({ do: "run", value: 1 });
      await agent.until({ on: "settled", result: 2 });
      await agent.until({ on: "event" }, 50);
      assertEquals(eventsOf(agent), upTo(50));
      assertEquals(agent.all({ on: "session" }).length, 1);
    }
    assertEquals(server.all({ on: "connected" }).length, 2);
    await one.page.close();
    await server.until({ on: "disconnected", user: "one" });
    await two.agent.do({ do: "run", value: 2 });
    await two.agent.until({ on: "settled", value: 2, result: 4 });
  });

  test("a page behind a proxy that lets no WebSocket through", async (_server, proxy, context) => {
    proxy.judge = ({ upgrade }) => upgrade ? { status: 403 } : undefined;
    const { agent } = await open(context, proxy, "ada");
    await agent.do({ do: "events", count: 20, ms: 5 });
    await agent.until({ on: "event" }, 20);
    assertEquals(eventsOf(agent), upTo(20));
    await agent.do({ do: "run", value: 1 });
    await agent.until({ on: "settled", result: 2 });
  });
}
