/** What docs/client.md shows for React, Vue and Svelte, as it stands there, in a real browser. */
import { assert } from "@std/assert";
import type { Browser } from "npm:playwright-core@1.65.1";
// Bundled for pages, by their names.
import "npm:react@19.3.1";
import "npm:react-dom@19.3.1";
import { compileScript, parse } from "npm:@vue/compiler-sfc@3.5.45";
import "npm:vue@3.5.45";
import { compile } from "npm:svelte@5.57.3/compiler";
import { serve } from "../../mod.ts";
import { call, defineHub } from "../../src/hubs.ts";
import { text } from "../fixtures/schemas.ts";
import { appForPage } from "../support/bundle.ts";
import { launch, needsBrowser } from "../support/browser.ts";
import { root } from "../support/command.ts";
import { HubProxy } from "../support/hub_proxy.ts";

let browser: Browser;
if (!needsBrowser.ignore) {
  Deno.test.beforeAll(async () => {
    browser = await launch();
  });
  Deno.test.afterAll(() => browser.close());
}

const page = await Deno.readTextFile(new URL("docs/client.md", root));

/** The code behind a word. */
function code(word: string): string {
  const found = page.match(new RegExp(`^\`\`\`${word}\\n(.*?)^\`\`\``, "ms"))?.[1];
  assert(found !== undefined, `no ${word} in docs/client.md`);
  return found;
}

const HUB = `import { connectHub } from "edgesocket/client";
export const hub = connectHub("/chat");
Object.assign(globalThis, { hub });`;

const REACT = {
  "./hub.ts": HUB,
  "./hooks.tsx": code("tsx react"),
  "./main.tsx": `import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { hub } from "./hub.ts";
import { useEvent, useHubState } from "./hooks.tsx";
${code("tsx")}
function App() {
  const [lines, setLines] = useState([]);
  useEvent(hub.on.message, (name, text) => setLines([...lines, name + ": " + text]));
  return <><Banner />{lines.map((line) => <p key={line}>{line}</p>)}</>;
}
createRoot(document.querySelector("main")).render(<StrictMode><App /></StrictMode>);`,
};

function vue(): Record<string, string> {
  const { descriptor } = parse(code("vue"));
  const { content } = compileScript(descriptor, { id: "app", inlineTemplate: true });
  return {
    "./hub.ts": HUB,
    "./app.ts": content,
    "./main.tsx": `import { createApp } from "vue";
import App from "./app.ts";
createApp(App).mount("main");`,
  };
}

function svelte(): Record<string, string> {
  return {
    "./hub.ts": HUB,
    "./app.ts": compile(code("svelte"), { generate: "client", name: "App" }).js.code,
    "./main.tsx": `import { mount } from "svelte";
import App from "./app.ts";
mount(App, { target: document.querySelector("main") });`,
  };
}

/** A hub, and a page with an app. */
function started(script: string) {
  const h = defineHub()({ client: { message: call(text, text) } });
  const hub = h.create({
    say: h.method([text], ({ clients }, line) => clients.all.message("ada", line)),
    leave: h.method([], ({ connection }) => connection.abort()),
  });
  return serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    fetch(request, info) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/") return hub.handle(request, { info });
      const html = `<!doctype html><link rel="icon" href="data:,"><main></main>` +
        `<script>${script.replaceAll("</script", "<\\/script")}</script>`;
      return new Response(html, { headers: { "content-type": "text/html" } });
    },
  });
}

for (const [name, files] of [["React", () => REACT], ["Vue", vue], ["Svelte", svelte]] as const) {
  Deno.test(`deno: browser: docs/client.md: a page in ${name}`, needsBrowser, async () => {
    const server = started(await appForPage(files()));
    const proxy = await HubProxy.start(server.port);
    const tab = await browser.newPage();
    try {
      tab.setDefaultTimeout(15_000);
      const faults: string[] = [];
      tab.on("pageerror", (error) => faults.push(error.message));
      const sees = (...lines: string[]) =>
        tab.waitForFunction(
          `JSON.stringify([...document.querySelectorAll("main p")].map((p) => p.textContent)) ===
            ${JSON.stringify(JSON.stringify(lines))}`,
        ).catch(async (error) => {
          const got = await tab.locator("main").innerHTML();
          throw new Error(`expected ${lines}, got ${got}, with ${faults}`, { cause: error });
        });
      await tab.goto(proxy.url("/"));
      await sees();
      await tab.evaluate('hub.call.say("one")');
      await sees("ada: one");
      proxy.goAway();
      await tab.waitForFunction('hub.state.name === "reconnecting"');
      // Some lines say what there is, the first one that there is no connection.
      await tab.waitForFunction('document.querySelectorAll("main p").length === 2');
      await tab.evaluate('void hub.call.say("two")');
      proxy.comeBack();
      await sees("ada: one", "ada: two");
      await tab.evaluate("void hub.call.leave().catch(() => {})");
      await tab.waitForFunction('hub.state.name === "closed"');
      const closed = name === "React" ? "Please reload the page." : "closed";
      await sees(closed, "ada: one", "ada: two");
      assert(faults.length === 0, `${faults}`);
    } finally {
      await tab.close();
      await proxy[Symbol.asyncDispose]();
      await server.shutdown();
    }
  });
}
