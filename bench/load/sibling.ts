/** Another process of a server under the bench, beside the load generator, whose core it shares. */
import { type ChildProcess, spawn } from "node:child_process";

/** One of them, which obeys lines as the server does. */
export class Sibling {
  #process: ChildProcess | undefined;
  #lines: AsyncIterator<string> | undefined;

  /**
   * Starts it, and connects it to an engine.
   *
   * @param command As the server itself is started.
   * @param engine The port of the engine.
   * @returns Its own port.
   */
  async start(command: readonly string[], engine: number): Promise<number> {
    const [program, ...args] = command;
    const process = this.#process = spawn(program!, args, { stdio: ["pipe", "pipe", "inherit"] });
    const lines = this.#lines = linesOf(process.stdout!);
    const { port } = await next<{ port: number }>(lines);
    process.stdin!.write(`${JSON.stringify({ do: "connect", port: engine })}\n`);
    await next(lines);
    return port;
  }

  /** It ends with its standard input. */
  end(): void {
    this.#process?.stdin?.end();
    this.#process?.kill();
    this.#process = undefined;
    void this.#lines?.return?.();
  }
}

async function next<T>(lines: AsyncIterator<string>): Promise<T> {
  const { done, value } = await lines.next();
  if (done) throw new Error("Cannot go on: expected another process of the server to answer");
  return JSON.parse(value) as T;
}

async function* linesOf(stream: AsyncIterable<{ toString(): string }>): AsyncGenerator<string> {
  let rest = "";
  for await (const bytes of stream) {
    const parts = (rest + bytes.toString()).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
