import type { Told } from "../load/members.ts";
import type { Runtimes } from "../runtimes.ts";
import { Worker } from "../worker.ts";
import type { Sample } from "./agreement.ts";
import type { Stack } from "./costs.ts";
import { type Done, lookAt, lookAtEngine, pause } from "./look.ts";
import { childOf } from "./processes.ts";
import type { Run } from "./runs.ts";
import { hasCores, keepsUp, LEAST, type Times, warmUp } from "./times.ts";

/** A look at all processes. */
interface Look {
  readonly servers: readonly Done[];
  readonly engine: Done;
  readonly published: number;
  readonly told: Told;
}

/** Starts an engine, so many processes and their clients, and watches them. */
export class Trial implements AsyncDisposable {
  readonly #load: Worker;
  readonly #servers: readonly Worker[];
  readonly #engine: number;

  private constructor(load: Worker, servers: readonly Worker[], engine: number) {
    this.#load = load;
    this.#servers = servers;
    this.#engine = engine;
  }

  /** Resolves when every client is connected, and every subscription is there. */
  static async start(root: string, runtimes: Runtimes, stack: Stack, run: Run): Promise<Trial> {
    const command = (runtime: "bun" | "deno", file: string, ...args: string[]) => {
      return [...runtimes[runtime].command, `${root}/bench/${file}.ts`, ...args];
    };
    const load = new Worker("the load generator", command("bun", "load/model"), root, undefined);
    const servers: Worker[] = [];
    try {
      const engine = await load.ask<{ port: number; pid: number }>({
        do: "engine",
        name: stack.engine,
      });
      const server = command(
        ...[stack.runtime, "servers/edgesocket_model", stack.engine] as const,
        `${engine.port}`,
      );
      for (let number = 1; number <= run.processes; number++) {
        servers.push(new Worker(`process ${number}`, server, root, undefined));
      }
      const ports = await Promise.all(servers.map(async (each) => {
        const { port } = await each.answer<{ port: number }>("start");
        await each.ask({ do: "up" });
        return port;
      }));
      const trial = new Trial(load, servers, await childOf(engine.pid));
      await load.ask({ do: "join", ports, load: run.load });
      for (const each of servers) await each.ask({ do: "settled" });
      return trial;
    } catch (error) {
      await end(load, servers);
      throw error;
    }
  }

  /**
   * Watches what a load takes.
   *
   * @throws {Error} If a message did not come to all of its members, or a gap was told.
   */
  async watch(run: Run, { before, between, window, after }: Times): Promise<Sample> {
    await this.#load.ask({ do: "speak", factor: warmUp(run) });
    await pause(LEAST + before * run.processes);
    await this.#load.ask({ do: "hush" });
    await this.#quiet();
    await this.#load.ask({ do: "speak", factor: 1 });
    await pause(between);
    const first = await this.#look();
    await pause(window);
    const last = await this.#look();
    await this.#load.ask({ do: "hush" });
    await pause(after);
    await this.#quiet();
    await this.#checkAll(run);
    keepsUp(run, first.told, last.told);
    const bytes = await Promise.all(
      this.#servers.map((each) => each.ask<number>({ do: "memory" })),
    );
    const seconds = (last.told.clock - first.told.clock) / 1e3;
    const rate = (of: (look: Look) => number) => (of(last) - of(first)) / seconds;
    const each = run.processes;
    const waited = rate(({ servers }) => sum(servers.map(({ waited }) => waited))) / each / 1e6;
    hasCores(run, waited);
    const messages = rate(({ published }) => published);
    return {
      id: run.id,
      publishes: rate(({ told }) => told.said),
      process: rate(({ servers }) => sum(servers.map(({ time }) => time))) / each / 1e6,
      waited,
      wakes: rate(({ servers }) => sum(servers.map(({ wakes }) => wakes))) / each,
      engine: rate(({ engine }) => engine.time) / 1e6,
      engineWakes: rate(({ engine }) => engine.wakes),
      memory: sum(bytes) / each,
      ...messages > 0 && { messages },
    };
  }

  async #look(): Promise<Look> {
    const [servers, engine] = await Promise.all([
      Promise.all(this.#servers.map(({ pid }) => lookAt(pid))),
      lookAtEngine(this.#engine),
    ]);
    const told = await this.#load.ask<Told>({ do: "told" });
    return { servers, engine, published: await this.#load.ask({ do: "publishes" }), told };
  }

  /** Resolves when all was heard that was said, or nobody hears anything any more. */
  async #quiet(): Promise<void> {
    for (let before = -1;;) {
      const { due, heard } = await this.#load.ask<Told>({ do: "told" });
      if (heard === due || heard === before) return;
      before = heard;
      await pause(1_000);
    }
  }

  async #checkAll(run: Run): Promise<void> {
    const { due, heard } = await this.#load.ask<Told>({ do: "told" });
    const gaps = await Promise.all(this.#servers.map((each) => each.ask<number>({ do: "gaps" })));
    const told = gaps.reduce((sum, count) => sum + count, 0);
    if (heard === due && told === 0) return;
    const got = `${heard} of ${due} deliveries and ${told} gaps`;
    throw new Error(`Cannot count "${run.id}": expected all that was said, got ${got}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#load, this.#servers);
  }
}

/** Ends all of them: the engine first, which is nobody's child otherwise. */
async function end(load: Worker, servers: readonly Worker[]): Promise<void> {
  await load.ask({ do: "endEngine" }).catch(() => {});
  for (const each of [...servers, load]) await each[Symbol.asyncDispose]();
}

function sum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
