/** Milliseconds that a worker may take for an answer before it counts as stuck. */
const PATIENCE = 120_000;

/** A server or load generator: a child process that answers lines of JSON with lines of JSON. */
export class Worker implements AsyncDisposable {
  readonly #name: string;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  /** `core`: the one that the process is kept on, if it is. */
  constructor(name: string, command: readonly string[], cwd: string, core: string | undefined) {
    const pin = core === undefined ? [] : ["taskset", "-c", core];
    const [program, ...args] = [...pin, ...command];
    this.#name = name;
    this.#process = new Deno.Command(program!, {
      args,
      cwd,
      env: core === undefined ? {} : { BENCH_CORE: core },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = lines(this.#process.stdout);
  }

  /** Of the process, or of what keeps it on its core. */
  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Asks for something and waits for the answer.
   *
   * @throws {Error} If the worker ends or says nothing for two minutes.
   */
  async ask<T>(request: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<T> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    return await this.answer<T>(request.do);
  }

  /** Waits for the next line. `task` is what it answers, for the error message. */
  async answer<T>(task: string): Promise<T> {
    const late = Promise.withResolvers<IteratorResult<string>>();
    const timer = setTimeout(() => late.resolve({ done: true, value: undefined }), PATIENCE);
    const { done, value } = await Promise.race([this.#lines.next(), late.promise]);
    clearTimeout(timer);
    if (done) {
      throw new Error(`Cannot go on: expected ${this.#name} to answer "${task}", got nothing`);
    }
    return JSON.parse(value) as T;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    await this.#input.abort().catch(() => {});
    await this.#lines.return?.();
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
