import type { TestEngine } from "./engines.ts";

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export const random = (from: number, to: number) => from + Math.random() * (to - from);
export const oneOf = <T>(list: readonly T[]): T => list[Math.trunc(Math.random() * list.length)]!;

/** What is cut. */
export interface Cuttable {
  readonly engine: TestEngine;
  /** Cuts the connection of one subscriber. */
  cut(): unknown;
  /** Ends one of two processes without a word, and starts another in its place. */
  restart(process: 0 | 1): Promise<void>;
}

/** Something else that is done again and again, and how it is counted. */
export type Harm = (count: (what: string) => void) => Promise<void>;

/**
 * Cuts subscribers many times a second, the engine each few seconds, by a kill or by standing still, and
 * one of two processes each ten: for so long. Returns how often.
 */
export async function cutAtRandom(
  { engine, cut, restart }: Cuttable,
  seconds: number,
  more: readonly Harm[] = [],
): Promise<Record<string, number>> {
  const cuts: Record<string, number> = {};
  const count = (what: string) => void (cuts[what] = (cuts[what] ?? 0) + 1);
  const end = Date.now() + 1_000 * seconds;
  const harms: readonly Harm[] = [
    async () => {
      await sleep(random(5, 60));
      count("subscriber");
      await cut();
    },
    async () => {
      await sleep(random(3_000, 8_000));
      count("engine");
      if (Math.random() < 0.5) {
        await engine.kill();
        await sleep(random(0, 1_500));
        await engine.start();
      } else {
        engine.pause();
        await sleep(random(500, 6_000));
        engine.resume();
      }
    },
    async () => {
      await sleep(random(6_000, 12_000));
      count("process");
      await restart(oneOf([0, 1]));
    },
    ...more,
  ];
  await Promise.all(harms.map(async (harm) => {
    while (Date.now() < end) await harm(count);
  }));
  return cuts;
}
