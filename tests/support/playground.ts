/** The page of the playground, as a user has it before them. */
import { assertEquals } from "@std/assert";
import type { Browser, BrowserContext, Page } from "npm:playwright-core@1.65.1";

/** Milliseconds that anything on the page may take. */
const PATIENCE = 10_000;

/** A tab with the playground in it, in a context of its own. An error of the page fails the test. */
export class Playground implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #faults: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.#faults.push(error.message));
  }

  static async open(browser: Browser, url: string): Promise<Playground> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ viewport, acceptDownloads: true });
    const playground = new Playground(context, await context.newPage());
    await playground.page.goto(url);
    return playground;
  }

  text(id: string): Promise<string> {
    return this.page.locator(`#${id}`).textContent().then((text) => text ?? "");
  }

  /** Waits until an element's text holds `part`. */
  async says(id: string, part: string | RegExp): Promise<string> {
    await this.page.locator(`#${id}`, { hasText: part }).waitFor({ state: "attached" });
    return await this.text(id);
  }

  /** Waits for a state of the connection. */
  async is(state: string): Promise<void> {
    await this.page.locator(`#status[data-state="${state}"]`).waitFor();
  }

  button(name: string) {
    return this.page.getByRole("button", { name, exact: true });
  }

  async press(name: string): Promise<void> {
    await this.button(name).click();
  }

  /** Connects, to another URL if there is one. */
  async connect(url?: string, protocols?: string): Promise<void> {
    await this.dial(url, protocols);
    await this.is("open");
  }

  /** The same, without waiting for what becomes of it. */
  async dial(url?: string, protocols?: string): Promise<void> {
    if (url !== undefined) await this.page.locator("#url").fill(url);
    if (protocols !== undefined) await this.page.locator("#protocols").fill(protocols);
    await this.press("Connect");
  }

  async send(message: string): Promise<void> {
    await this.page.locator("#message").fill(message);
    await this.press("Send");
  }

  /** Opens what is folded away. */
  async unfold(id: string): Promise<void> {
    await this.page.evaluate(`document.getElementById("${id}").open = true`);
  }

  /** Starts the generator. */
  async generate(order: Partial<Record<"amount" | "size" | "rate" | "window", number>>) {
    await this.unfold("generator-card");
    for (const [id, value] of Object.entries(order)) {
      await this.page.locator(`#${id}`).fill(`${value}`);
    }
    await this.press("Start");
  }

  /** The log's rows that exist, as "direction data". */
  rows(): Promise<string[]> {
    return this.page.locator("#rows [role=row]").evaluateAll((all) =>
      all.map((row) =>
        [".direction", ".data"].map((cell) => row.querySelector(cell)!.textContent).join(" ")
      )
    );
  }

  /** Waits until the log shows a row with this in it. */
  async logs(part: string): Promise<void> {
    await this.page.locator("#rows", { hasText: part }).waitFor();
  }

  /** Waits until the log says that it has so many entries. */
  counts(entries: number): Promise<string> {
    return this.says("count", `${entries.toLocaleString("en")} entries`);
  }

  /** Presses a button that saves a file, and returns its name and what is in it. */
  async saves(name: string): Promise<{ name: string; bytes: Uint8Array }> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download", { timeout: 60_000 }),
      this.press(name),
    ]);
    const bytes = await Deno.readFile(await download.path());
    return { name: download.suggestedFilename(), bytes };
  }

  focused(): Promise<string> {
    return this.page.evaluate<string>("document.activeElement.id");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    assertEquals(this.#faults, []);
  }
}
