/** Both ends of a connection in the playground, in Firefox. */
import { assertMatch } from "@std/assert";
import { type BrowserPage, hasFirefox, launchFirefox } from "../support/firefox.ts";
import { nativeRuntimes } from "../support/runtimes.ts";

const APP = new URL("../fixtures/inspect_app.ts", import.meta.url);
const needsFirefox = { ignore: !hasFirefox, sanitizeOps: false, sanitizeResources: false };

/** Waits until an element's text is like `pattern`, and returns it; after 15 seconds, whatever it is. */
function says(page: BrowserPage, id: string, pattern: RegExp): Promise<string> {
  return page.evaluate<string>(`new Promise((resolve) => {
    const end = Date.now() + 15_000;
    const look = () => {
      const text = document.getElementById("${id}")?.textContent ?? "";
      ${pattern}.test(text) || Date.now() > end ? resolve(text) : setTimeout(look, 20);
    };
    look();
  })`);
}

for (const runtime of nativeRuntimes) {
  Deno.test(
    `${runtime.name}: Firefox: both ends: a handler that fails, and a server that is killed`,
    needsFirefox,
    async () => {
      await using app = await runtime.start({ INSPECT: "1", PORT: "0" }, APP);
      const browser = await launchFirefox();
      try {
        const page = await browser.newPage();
        const run = (script: string) => page.evaluate<void>(script);
        const expects = async (id: string, pattern: RegExp) =>
          assertMatch(await says(page, id, pattern), pattern);
        const connect = async (path: string) => {
          await run(`void (url.value = "${path}")`);
          await run(`document.getElementById("connect").click()`);
          await expects("status", /^Open/);
        };
        await page.goto(`http://127.0.0.1:${app.port}/`);
        await expects("inspect-state", /The server tells what it sees/);
        await connect("/throws");
        await run(`void (message.value = "such thing")`);
        await run(`document.getElementById("send").click()`);
        await expects("inspect-here", /closed – 1011/);
        await expects("inspect-there", /^handler-error – 1011/);
        await expects("inspect-rows", /your code failed: TypeError: no such thing/);
        await connect("/ws");
        await expects("inspect-there", /^(open|accepted)/);
        app.signal("SIGKILL");
        await expects("inspect-here", /closed – 1006/);
        await expects("inspect-there", /^gone – /);
      } finally {
        await browser.close();
      }
    },
  );
}
