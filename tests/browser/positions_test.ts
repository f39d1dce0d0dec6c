/** The client of docs/topics.md, as it stands there, in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { serve, upgradeWebSocket } from "../../mod.ts";
import { createTopics } from "../../src/topics.ts";
import { launch, needsBrowser } from "../support/browser.ts";
import { root } from "../support/command.ts";

const page = await Deno.readTextFile(new URL("docs/topics.md", root));
const client = /```js client\n(.*?)```/s.exec(page)?.[1] ?? "";

Deno.test("deno: browser: docs/topics.md: a client goes offline and comes back", {
  ...needsBrowser,
}, async () => {
  assert(client.split("\n").length <= 25, client);
  const topics = createTopics({
    mode: "replay",
    history: { count: 5 },
    frame: (message, position) => JSON.stringify({ message, position }),
    gapMessage: ({ cause, position }) => JSON.stringify({ gap: cause, position }),
  });
  let open = true;
  const server = serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname, searchParams, host } = new URL(request.url);
      if (pathname === "/") {
        const script = client.replace("wss://example.com", `ws://${host}`);
        const more = "const seen = []; const show = (m) => seen.push(m);" +
          'const reload = () => seen.push("reload");';
        const html =
          `<!doctype html><link rel="icon" href="data:,"><script>${more}${script}</script>`;
        return new Response(html, { headers: { "content-type": "text/html" } });
      }
      if (!open) return new Response("away", { status: 503 });
      return upgradeWebSocket(request, {
        onOpen(_event, connection) {
          connections.add(connection);
          topics.subscribe(connection, "room", { after: searchParams.get("after") ?? "" });
        },
        onClose: (_event, connection) => void connections.delete(connection),
      });
    },
  });
  const connections = new Set<{ terminate(): void }>();
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    const cut = () => connections.forEach((connection) => connection.terminate());
    const sees = async (expected: readonly string[]) => {
      await tab.waitForFunction(`seen.length >= ${expected.length}`);
      assertEquals(await tab.evaluate("seen"), expected);
    };
    await topics.publish("room", "1");
    await tab.goto(`http://127.0.0.1:${server.port}/`);
    await sees(["1"]);
    open = false;
    cut();
    for (const text of ["2", "3"]) await topics.publish("room", text);
    open = true;
    await sees(["1", "2", "3"]);
    // It remembers where it was when the page is loaded anew.
    await tab.reload();
    await topics.publish("room", "4");
    await sees(["4"]);
    open = false;
    cut();
    for (let i = 5; i < 15; i++) await topics.publish("room", `${i}`);
    open = true;
    await sees(["4", "reload"]);
    cut();
    await topics.publish("room", "15");
    await sees(["4", "reload", "15"]);
  } finally {
    await browser.close();
    await server.shutdown();
    await topics.close();
  }
});
