import { type Browser, chromium } from "npm:playwright-core@1.65.1";
import { output } from "./command.ts";
import { isMissing } from "./missing.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that `CHROME_PATH` names, or the first one of the usual names on the PATH. */
async function findChromium(): Promise<string | undefined> {
  const named = Deno.env.get("CHROME_PATH");
  if (named) return named;
  for (const name of NAMES) {
    const path = await output("sh", ["-c", `command -v ${name}`], 5_000);
    if (path) return path;
  }
}

const executablePath = await findChromium();
if (executablePath === undefined) {
  isMissing("Chromium (CHROME_PATH names one)");
}

/** Options of a test that needs a browser, whose own timers and pipes outlive each test. */
export const needsBrowser = {
  ignore: executablePath === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
};

/** Starts Chromium; the caller closes it. */
export function launch(): Promise<Browser> {
  // Chromium's own sandbox does not work for root, which CI often is.
  const args = Deno.uid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: executablePath!, args });
}
