/** What healthy browsers do in a moment must not end them. */
import { assertEquals } from "@std/assert";
import { launch, needsBrowser } from "../support/browser.ts";
import { BURSTS } from "../support/bursts.ts";
import { type BrowserPage, hasFirefox, launchFirefox } from "../support/firefox.ts";
import { type WireRuntime, wireRuntimes } from "../support/runtimes.ts";
import { route } from "../support/suite.ts";

/** Starts a browser and hands on a page of it. */
type WithPage = (task: (page: BrowserPage) => Promise<void>) => Promise<void>;

const inChromium: WithPage = async (task) => {
  const browser = await launch();
  try {
    await task(await browser.newPage() as BrowserPage);
  } finally {
    await browser.close();
  }
};

const inFirefox: WithPage = async (task) => {
  const browser = await launchFirefox();
  try {
    await task(await browser.newPage());
  } finally {
    await browser.close();
  }
};

/** Runs in the page: says `whole`, or what went wrong. A page sends all of it before it reads. */
async function burst(
  { url, count, size, pushed }: { url: string; count: number; size: number; pushed: boolean },
): Promise<string> {
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.onopen = resolve);
  const numbered = (index: number) => `${index} `.padEnd(size, ".");
  const done = new Promise<string>((resolve) => {
    let next = 0;
    socket.onmessage = ({ data }) => {
      if (data !== numbered(next)) resolve(`message ${next} is not the next`);
      if (++next === count) resolve("whole");
    };
    socket.onclose = ({ code }) => resolve(`${next} of ${count}, then ${code}`);
  });
  if (pushed) socket.send(`!push ${count} ${size}`);
  else for (let i = 0; i < count; i++) socket.send(numbered(i));
  const outcome = await done;
  socket.close();
  return outcome;
}

function burstsIn(runtime: WireRuntime, name: string, withPage: WithPage, ignore: boolean): void {
  Deno.test({
    ...needsBrowser,
    name: `${runtime.name}: browser: bursts of ${name} are pushed and echoed whole`,
    ignore,
    async fn() {
      await using server = await runtime.start({ QUIET: "1" });
      await withPage(async (page) => {
        await page.goto(server.url("/state", "http"));
        for (const { count, size } of BURSTS) {
          for (const pushed of [true, false]) {
            const url = server.url(pushed ? route() : "/echo");
            const outcome = await page.evaluate(burst, { url, count, size, pushed });
            assertEquals(outcome, "whole", `${count} messages of ${size} bytes`);
          }
        }
      });
      await server.settled();
      assertEquals(server.errors, "");
    },
  });
}

for (const runtime of wireRuntimes) {
  burstsIn(runtime, "Chromium", inChromium, needsBrowser.ignore);
  burstsIn(runtime, "Firefox", inFirefox, !hasFirefox);
}
