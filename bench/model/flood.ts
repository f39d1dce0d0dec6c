import type { EngineName } from "../load/engine.ts";
import type { Flooded } from "../load/flood.ts";
import type { Runtimes } from "../runtimes.ts";
import { Worker } from "../worker.ts";
import { lookAtEngine, pause } from "./look.ts";
import { childOf } from "./processes.ts";

/** What an engine came to with nobody behind it. */
export interface EngineSample {
  /** Connections that each message goes to. */
  readonly subscribers: number;
  /** Messages a second, in writes of many. */
  readonly publishes: number;
  /** Of a core. */
  readonly engine: number;
  readonly engineWakes: number;
}

/** Subscribers, and messages a second: more of both than servers on the same machine would leave room for. */
const FLOODS = [[1, 15_000], [8, 2_000], [8, 15_000], [40, 4_000]] as const;

/** Milliseconds before it is measured, and in which it is. */
const [BEFORE, WINDOW] = [1_000, 3_000];

/**
 * Measures what a message costs Redis, and each that it goes to, where so many come that they share its
 * turns. Of NATS there is nothing.
 */
export async function floodEngine(
  root: string,
  { bun }: Runtimes,
  name: EngineName,
): Promise<EngineSample[]> {
  const samples: EngineSample[] = [];
  if (name === "nats") return samples;
  for (const [subscribers, rate] of FLOODS) {
    const command = [...bun.command, `${root}/bench/load/model.ts`];
    await using load = new Worker("the load generator", command, root, undefined);
    const { pid } = await load.ask<{ pid: number }>({ do: "engine", name });
    try {
      const engine = await childOf(pid);
      await load.ask({ do: "flood", subscribers, rate });
      const look = async () => {
        const done = await lookAtEngine(engine);
        return { ...done, ...await load.ask<Flooded>({ do: "flooded" }) };
      };
      await pause(BEFORE);
      const first = await look();
      await pause(WINDOW);
      const last = await look();
      await load.ask({ do: "dry" });
      const seconds = (last.clock - first.clock) / 1e3;
      const sample = {
        subscribers,
        publishes: (last.heard - first.heard) / subscribers / seconds,
        engine: (last.time - first.time) / seconds / 1e6,
        engineWakes: (last.wakes - first.wakes) / seconds,
      };
      console.log(`${name} alone: ${JSON.stringify(sample)}`);
      samples.push(sample);
    } finally {
      await load.ask({ do: "endEngine" });
    }
  }
  return samples;
}
