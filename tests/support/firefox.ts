import { output } from "./command.ts";
import { isMissing } from "./missing.ts";

/** The part of a page that we use, of Playwright as of Puppeteer. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  goBack(): Promise<unknown>;
  reload(): Promise<unknown>;
  evaluate<A, T>(run: (argument: A) => Promise<T>, argument: A): Promise<T>;
  evaluate<T>(script: string): Promise<T>;
}

/** The part of Puppeteer that we use. Its own types bring along others of Node than Deno's. */
interface Puppeteer {
  launch(options: { browser: "firefox"; executablePath: string }): Promise<{
    newPage(): Promise<BrowserPage>;
    close(): Promise<void>;
  }>;
}

/** The browser that `FIREFOX_PATH` names, or the first one of the usual names on the PATH. */
async function findFirefox(): Promise<string | undefined> {
  const named = Deno.env.get("FIREFOX_PATH");
  if (named) return named;
  for (const name of ["firefox-esr", "firefox"]) {
    const path = await output("sh", ["-c", `command -v ${name}`], 5_000);
    if (path) return path;
  }
}

const executablePath = await findFirefox();

/** Whether there is one on this machine. */
export const hasFirefox: boolean = executablePath !== undefined;
if (!hasFirefox) {
  isMissing("Firefox (FIREFOX_PATH names one)");
}

/** Starts Firefox; the caller closes it. */
export async function launchFirefox(): ReturnType<Puppeteer["launch"]> {
  const puppeteer: Puppeteer = await import("npm:puppeteer-core@24.43.1" as string);
  return await puppeteer.launch({ browser: "firefox", executablePath: executablePath! });
}
