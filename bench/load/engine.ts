/** Redis for the bench, beside the load generator, whose core it shares. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer } from "node:net";

/** Seconds after which an engine ends that nobody has ended. */
const LONGEST = 300;

/** Milliseconds for which it may start. */
const PATIENCE = 10_000;

/** One engine, on a free port of loopback, which keeps nothing. */
export class Engine {
  #process: ChildProcess | undefined;

  /**
   * Starts it, and returns its port.
   *
   * @throws {Error} If redis-server is not installed, or does not start.
   */
  async start(): Promise<number> {
    const port = await freePort();
    const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""];
    const args = [`${LONGEST}`, "redis-server", ...options];
    this.#process = spawn("timeout", args, { stdio: "ignore" });
    const end = Date.now() + PATIENCE;
    while (!(await answers(port))) {
      if (Date.now() > end) {
        throw new Error("Cannot start Redis: expected redis-server on the PATH");
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return port;
  }

  end(): void {
    this.#process?.kill();
  }
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
