import type { Page } from "npm:playwright-core@1.65.1";
import type { AgentCommand } from "../fixtures/client_agent.ts";
import { bundled, bundledForPage } from "./bundle.ts";
import { eachLine } from "./lines.ts";
import { Reports } from "./reports.ts";
import { node, type WireRuntime } from "./runtimes.ts";

const PROCESS = new URL("../fixtures/client_process.ts", import.meta.url);
const PAGE = new URL("../fixtures/client_page.ts", import.meta.url);

/** Our client somewhere else, which does what a test says and tells what it sees. */
export abstract class Agent extends Reports implements AsyncDisposable {
  abstract do(command: AgentCommand): Promise<void>;
  abstract [Symbol.asyncDispose](): Promise<void>;

  /** The names of its states so far; whether a session was resumed stands behind `connected`. */
  get states(): string[] {
    return this.all({ on: "state" }).map(({ name, resumed }) =>
      name === "connected" ? `connected, ${resumed ? "resumed" : "new"}` : `${name}`
    );
  }
}

/** Our client in a process of its own. */
export class ProcessAgent extends Agent {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #ended: Promise<unknown>;

  private constructor(process: Deno.ChildProcess) {
    super();
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#ended = Promise.all([
      eachLine(
        process.stdout,
        (line) => this.report(line.startsWith("{") ? JSON.parse(line) : { on: "line", line }),
      ),
      eachLine(process.stderr, (line) => {
        this.errors += `${line}\n`;
        this.wake();
      }),
    ]);
  }

  /** Starts one, which connects; the options are those that JSON can carry. */
  static async start(
    runtime: WireRuntime,
    url: string,
    options: object = {},
  ): Promise<ProcessAgent> {
    const script = runtime === node ? await bundled(PROCESS) : PROCESS;
    const [program, ...args] = [...runtime.command, script.pathname, url, JSON.stringify(options)];
    const process = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    const agent = new ProcessAgent(process.spawn());
    try {
      await agent.until({ on: "began" });
      return agent;
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
  }

  async do(command: AgentCommand): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
  }

  /** Stops it, or lets it go on. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#input.abort().catch(() => {});
    await this.#ended;
    await this.#process.status;
  }
}

/** Our client on a page, which stays the caller's. */
export class PageAgent extends Agent {
  readonly #page: Page;

  private constructor(page: Page) {
    super();
    this.#page = page;
  }

  /** Starts one on a page of the hub's origin. */
  static async start(page: Page, url: string, options: object = {}): Promise<PageAgent> {
    const agent = new PageAgent(page);
    page.on("pageerror", (error) => agent.report({ on: "unhandled", error: `${error}` }));
    await page.exposeFunction("tell", (report: Record<string, unknown>) => agent.report(report));
    await page.addScriptTag({ content: await bundledForPage(PAGE) });
    const args = [url, options].map((arg) => JSON.stringify(arg)).join();
    await page.evaluate(`globalThis.act = globalThis.startAgent(globalThis.tell, ${args}); 0`);
    return agent;
  }

  async do(command: AgentCommand): Promise<void> {
    // What it does takes its time: nobody waits for that.
    await this.#page.evaluate(`void globalThis.act(${JSON.stringify(command)})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page.close();
  }
}
