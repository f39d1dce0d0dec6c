import { assert } from "@std/assert";
import { TestEngine } from "./engines.ts";
import { freePort } from "./port.ts";

const SIZE = 3;

/** Three servers of NATS with JetStream, as processes of our own, whose routes go through nobody. */
export class NatsCluster implements AsyncDisposable {
  readonly engines: readonly TestEngine[];

  private constructor(engines: readonly TestEngine[]) {
    this.engines = engines;
  }

  static async create(): Promise<NatsCluster> {
    const routes = Array.from({ length: SIZE }, () => `nats://127.0.0.1:${freePort()}`);
    const engines = await Promise.all(routes.map((route, i) =>
      TestEngine.create("nats", {
        keeps: true,
        args: [
          ...["--cluster_name", "test", "--server_name", `n${i}`],
          ...["--cluster", route, "--routes", routes.join()],
        ],
      })
    ));
    const cluster = new NatsCluster(engines);
    try {
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The ports of all, as the fixture takes them. */
  get ports(): string {
    return this.engines.map(({ port }) => port).join();
  }

  /** Resolves when those of them that run have somebody who leads, and all copies are up to date. */
  async ready(): Promise<void> {
    for (let tries = 0;; tries++) {
      const states = await Promise.all(this.engines.map((engine) => engine.jetstream()));
      const leaders = new Set(states.map((state) => state?.leader));
      const agree = leaders.size === 1 && !leaders.has("") && !leaders.has(undefined);
      // Whoever leads a stream knows whose copies are up to date.
      const isCurrent = (name: string) =>
        states.some((state, i) =>
          name === `n${i}` &&
          state?.streams.some((stream) => stream.leader === name && stream.current)
        );
      const streams = states.flatMap((state) => state?.streams ?? []);
      if (agree && streams.every(({ leader }) => isCurrent(leader))) return;
      assert(tries < 300, `no leader: ${JSON.stringify(states)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The one that leads the stream of topics. */
  async leader(): Promise<TestEngine> {
    for (let tries = 0;; tries++) {
      for (const engine of this.engines) {
        const [stream] = (await engine.jetstream())?.streams ?? [];
        const found = this.engines[Number(stream?.leader.slice(1))];
        if (found !== undefined) return found;
      }
      assert(tries < 200, "nobody leads");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine[Symbol.asyncDispose]()));
  }
}
