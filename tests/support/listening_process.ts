import { PortTaken } from "./port.ts";
import { within } from "./within.ts";

/** How the C library and Go put it. */
const TAKEN = /address already in use/i;

/**
 * A program that listens on a port which it was told. That somebody can connect there does not say
 * that it is this program: it has to say so itself.
 */
export class ListeningProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  #said = "";
  #heard = () => {};

  private constructor(program: string, args: readonly string[]) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#read = Promise.all([this.#hear(this.#process.stdout), this.#hear(this.#process.stderr)]);
  }

  /**
   * Starts a program, and waits until it says `ready`.
   *
   * @throws {PortTaken} If the port is somebody else's.
   * @throws {Error} If it ends otherwise, with what it said.
   */
  static async start(
    program: string,
    args: readonly string[],
    ready: RegExp,
  ): Promise<ListeningProcess> {
    const process = new ListeningProcess(program, args);
    try {
      await within(process.#until(ready), `${program} that listens`);
      return process;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async #until(ready: RegExp): Promise<void> {
    let ended = false;
    this.#read.then(() => {
      ended = true;
      this.#heard();
    });
    while (!ready.test(this.#said)) {
      if (TAKEN.test(this.#said)) throw new PortTaken(this.#said);
      if (ended) throw new Error(`expected a program that listens, got its end:\n${this.#said}`);
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
    // What it says from now on is read, so that it can go on, and kept nowhere.
    this.#said = "";
    this.#heard = () => this.#said = "";
  }

  async #hear(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#said += text;
      this.#heard();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#read;
    await this.#process.status;
  }
}
