import type { Told } from "../load/members.ts";
import type { Runtimes } from "../runtimes.ts";
import { Worker } from "../worker.ts";
import type { Sample } from "./agreement.ts";
import type { Stack } from "./costs.ts";
import { childOf, memory, processorTime } from "./processes.ts";
import type { Run } from "./runs.ts";

/** How long a run takes. Milliseconds. */
export interface Times {
  /** In which code gets warm. */
  readonly before: number;
  /** In which it is measured. */
  readonly window: number;
  /** In which what was said last arrives, and the last topics go quiet. */
  readonly after: number;
}

/** What published figures come from. */
export const FULL: Times = { before: 3_000, window: 5_000, after: 1_500 };

/** Shows that all works. */
export const BRIEF: Times = { before: 500, window: 1_500, after: 1_500 };

/** A look at all processes. */
interface Look {
  readonly servers: readonly number[];
  readonly engine: number;
  readonly published: number;
  readonly told: Told;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
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
  async watch(run: Run, { before, window, after }: Times): Promise<Sample> {
    await this.#load.ask({ do: "speak" });
    await pause(before);
    const first = await this.#look();
    await pause(window);
    const last = await this.#look();
    const bytes = await Promise.all(this.#servers.map(({ pid }) => memory(pid)));
    await this.#load.ask({ do: "hush" });
    await pause(after);
    await this.#checkAll(run);
    const seconds = (last.told.clock - first.told.clock) / 1e3;
    const times = last.servers.map((time, index) => time - first.servers[index]!);
    const publishes = (last.told.said - first.told.said) / seconds;
    const published = (last.published - first.published) / seconds;
    return {
      id: run.id,
      publishes,
      process: mean(times) / seconds / 1e6,
      engine: (last.engine - first.engine) / seconds / 1e6,
      memory: mean(bytes),
      ...published > 0 && { messages: published },
      // With several processes, they would have to share the cores.
      ...run.processes === 1 && last.told.latency && { latency: last.told.latency },
    };
  }

  async #look(): Promise<Look> {
    const [servers, engine] = await Promise.all([
      Promise.all(this.#servers.map(({ pid }) => processorTime(pid))),
      processorTime(this.#engine),
    ]);
    const told = await this.#load.ask<Told>({ do: "told" });
    return { servers, engine, published: await this.#load.ask({ do: "publishes" }), told };
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
