import type { Runtime } from "./runtimes.ts";

/** Milliseconds after which a report that a test waits for counts as missing. */
const PATIENCE = 15_000;

const FIXTURE = new URL("../fixtures/server.ts", import.meta.url);

/** One line of what a server under test reports. */
export type Report = Readonly<Record<string, unknown>>;

/** A server under test: a child process that says what happens in lines of JSON. */
export class TestServer implements AsyncDisposable {
  /** Everything reported so far. */
  readonly reports: Report[] = [];
  /** Everything written to standard error so far. */
  errors = "";
  port = 0;
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #listeners = new Set<() => void>();

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#ended = Promise.all([
      eachLine(process.stdout, (line) => this.#report(line)),
      eachLine(process.stderr, (line) => {
        this.errors += `${line}\n`;
        this.#wake();
      }),
    ]);
  }

  /** Starts a script that reports `{ on: "listening", port }`; the conformance fixture by default. */
  static async start(
    runtime: Runtime,
    env: Record<string, string> = {},
    script: URL = FIXTURE,
  ): Promise<TestServer> {
    const [program, ...args] = [...runtime.command, script.pathname];
    const process = new Deno.Command(program!, { args, env, stdout: "piped", stderr: "piped" });
    const server = new TestServer(process.spawn());
    server.port = (await server.until({ on: "listening" })).port as number;
    return server;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  url(path: string, scheme = "ws"): string {
    return `${scheme}://127.0.0.1:${this.port}${path}`;
  }

  /** What was reported with all of these values. */
  all(expected: Report): Report[] {
    return this.reports.filter((report) =>
      Object.entries(expected).every(([key, value]) => report[key] === value)
    );
  }

  /** Waits for the nth report with all of these values. */
  until(expected: Report, count = 1): Promise<Report> {
    return this.#until(
      () => this.all(expected)[count - 1],
      `report ${count} of ${JSON.stringify(expected)}`,
    );
  }

  /** Waits for something on standard error. */
  async untilError(expected: RegExp): Promise<void> {
    await this.#until(() => expected.test(this.errors) || undefined, `${expected}`);
  }

  /** Waits until `find` finds something, looking again whenever the server says something. */
  async #until<T>(find: () => T | undefined, wanted: string): Promise<T> {
    const deadline = AbortSignal.timeout(PATIENCE);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          this.#listeners.delete(look);
          deadline.removeEventListener("abort", give);
          resolve();
        };
        const give = () => {
          this.#listeners.delete(look);
          reject(
            new Error(
              `expected ${wanted}, got:\n${
                this.reports.map((report) => JSON.stringify(report)).join("\n")
              }\n${this.errors}`,
            ),
          );
        };
        this.#listeners.add(look);
        deadline.addEventListener("abort", give, { once: true });
      });
    }
  }

  /** Waits until the server counts `count` connections. */
  async settled(count = 0): Promise<void> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const state = await (await fetch(this.url("/state", "http"))).json();
      if (state.connections === count) return;
      if (Date.now() > end) {
        throw new Error(`expected ${count} connections, got ${state.connections}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Bytes of JavaScript objects that are left after garbage collection. */
  async heap(): Promise<number> {
    return Number(await (await fetch(this.url("/heap", "http"))).text());
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

  #report(line: string): void {
    this.reports.push(line.startsWith("{") ? JSON.parse(line) : { on: "line", line });
    this.#wake();
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, task: (line: string) => void) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) task(line);
  }
  if (rest !== "") task(rest);
}
