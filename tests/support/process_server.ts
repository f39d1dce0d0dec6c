import { eachLine } from "./lines.ts";
import { RawClient } from "./raw_client.ts";
import type { WireRuntime } from "./runtimes.ts";
import { type Env, TestServer } from "./server.ts";
import { WireClient } from "./wire_client.ts";
import { within } from "./within.ts";

/** The process around our apps. */
export const FIXTURE = new URL("../fixtures/server.ts", import.meta.url);

/** A server under test that is a child process: it says what happens in lines of JSON. */
export class ProcessServer extends TestServer {
  port = 0;
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(process: Deno.ChildProcess) {
    super();
    this.#process = process;
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

  /** Starts a script that reports `{ on: "listening", port }`; the one around our apps by default. */
  static async start(
    { command }: Pick<WireRuntime, "command">,
    env: Env = {},
    script: URL = FIXTURE,
  ): Promise<ProcessServer> {
    const [program, ...args] = [...command, script.pathname];
    const process = new Deno.Command(program!, { args, env, stdout: "piped", stderr: "piped" });
    const server = new ProcessServer(process.spawn());
    try {
      server.port = (await server.until({ on: "listening" })).port as number;
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Waits for the end of the process. */
  get status(): Promise<Deno.CommandStatus> {
    return within(this.#process.status, "the end of the process");
  }

  url(path: string, scheme = "ws"): string {
    return `${scheme}://127.0.0.1:${this.port}${path}`;
  }

  async connect(path: string, headers: Record<string, string> = {}): Promise<WireClient> {
    return await WireClient.connect(await RawClient.connect(this.port), path, headers);
  }

  request(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url(path, "http"), init);
  }

  protected async connections(): Promise<number> {
    return (await (await this.request("/state")).json()).connections;
  }

  /** Bytes of JavaScript objects that are left after garbage collection. */
  async heap(): Promise<number> {
    return Number(await (await this.request("/heap")).text());
  }

  shutDown(how: "shutdown" | "signal"): void {
    this.signal(how === "shutdown" ? "SIGTERM" : "SIGINT");
  }

  signal(name: Deno.Signal): void {
    this.#process.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#ended;
    await this.#process.status;
  }
}
