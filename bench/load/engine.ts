/** Engines for the bench, beside the load generator, whose core they share. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";

/** Seconds after which an engine ends that nobody has ended. */
const LONGEST = 300;

/** Milliseconds for which it may start. */
const PATIENCE = 10_000;

/** Whom servers publish to. */
export type EngineName = "redis" | "nats";

/** The program of each, on a port; NATS writes its streams into a folder. */
const COMMANDS: Readonly<Record<EngineName, (port: string, folder: string) => string[]>> = {
  redis: (port) => ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""],
  nats: (port, folder) => [natsServer(), "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder],
};

/** One engine, on a free port of loopback, which knows nothing and leaves nothing. */
export class Engine {
  #process: ChildProcess | undefined;
  #port = 0;
  #name: EngineName | undefined;

  /**
   * Starts it, and returns its port.
   *
   * @throws {Error} If its program is not installed, or does not start.
   */
  async start(name: EngineName): Promise<number> {
    this.#name = name;
    this.#port = await freePort();
    const folder = mkdtempSync(`${tmpdir()}/edgesocket-bench-engine-`);
    const command = COMMANDS[name](`${this.#port}`, folder);
    const engine = this.#process = spawn("timeout", [`${LONGEST}`, ...command], {
      stdio: "ignore",
    });
    engine.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const end = Date.now() + PATIENCE;
    while (!(await answers(this.#port))) {
      if (Date.now() > end) {
        throw new Error(`Cannot start ${name}: expected ${command[0]} on the PATH`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.#port;
  }

  /** Where it is; 0 if there is none. */
  get port(): number {
    return this.#port;
  }

  /** The process that we have started, which is the engine's parent. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** How many scripts Redis has run so far: each read of a history is one, and each publish. */
  async scripts(): Promise<number> {
    return this.#name !== "redis" ? 0 : scriptsIn(await ask(this.#port, "INFO commandstats\r\n"));
  }

  /** How many messages Redis was given so far to publish. */
  async publishes(): Promise<number> {
    return this.#name !== "redis" ? 0 : publishesIn(await ask(this.#port, "INFO commandstats\r\n"));
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    const engine = this.#process;
    this.#process = undefined;
    if (engine === undefined || engine.exitCode !== null || engine.signalCode !== null) return;
    const gone = new Promise((resolve) => engine.once("exit", resolve));
    engine.kill();
    await gone;
  }
}

/** Scripts that the answer of Redis to INFO commandstats counts. */
export function scriptsIn(stats: string): number {
  const calls = stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The same for messages. */
export function publishesIn(stats: string): number {
  return Number(/^cmdstat_publish:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

/** Debian puts it where not every PATH leads. */
function natsServer(): string {
  const program = "/usr/sbin/nats-server";
  return existsSync(program) ? program : "nats-server";
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Says one line to Redis, and what it answers: a text behind its length. */
function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(line));
    let answer = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      answer += chunk;
      const length = Number(/^\$(\d+)\r\n/.exec(answer)?.[1] ?? Infinity);
      if (answer.length < length) return;
      socket.destroy();
      resolve(answer);
    });
  });
}
