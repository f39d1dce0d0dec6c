import { assertStringIncludes } from "@std/assert";
import type { BrowserPage, launchFirefox } from "./firefox.ts";

type Firefox = Awaited<ReturnType<typeof launchFirefox>>;

/** A tab of Firefox with the playground in it; its driver knows scripts only. */
export class FirefoxTab {
  readonly page: BrowserPage;

  constructor(page: BrowserPage) {
    this.page = page;
  }

  static async open(browser: Firefox, port: number, path = "/"): Promise<FirefoxTab> {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}${path}`);
    return new FirefoxTab(page);
  }

  run<T>(script: string): Promise<T> {
    return this.page.evaluate<T>(script);
  }

  fill(id: string, value: string): Promise<void> {
    return this.run(`void (document.getElementById("${id}").value = ${JSON.stringify(value)})`);
  }

  click(id: string): Promise<void> {
    return this.run(`document.getElementById("${id}").click()`);
  }

  /** Waits until an element's text holds `part`, and returns it. */
  async says(id: string, part: string): Promise<string> {
    const text = await this.run<string>(`new Promise((resolve) => {
      const end = Date.now() + 15_000;
      const look = () => {
        const { textContent } = document.getElementById("${id}");
        const found = textContent.includes(${JSON.stringify(part)});
        found || Date.now() > end ? resolve(textContent) : setTimeout(look, 20);
      };
      look();
    })`);
    assertStringIncludes(text, part);
    return text;
  }

  async connect(url = "/ws", protocols = ""): Promise<void> {
    await this.fill("url", url);
    await this.fill("protocols", protocols);
    await this.click("connect");
  }

  async send(message: string): Promise<void> {
    await this.fill("message", message);
    await this.click("send");
  }
}
