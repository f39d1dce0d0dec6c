/** The load of calls: a process of its own, on Bun. Its arguments are the port, and how that is spoken to. */
import process from "node:process";
import { answerLines } from "../lines.ts";
import { Caller } from "./caller.ts";
import { dialectOf } from "./dialects.ts";
import { type Effort, stopwatch } from "./effort.ts";

const port = Number(process.argv[2]);
const dialect = dialectOf(process.argv[3]!);
const callers: Caller[] = [];

answerLines({
  /** Connects until there are so many. */
  async grow({ total, abreast }: { total: number; abreast: number }) {
    const elapsed = stopwatch();
    const opened = total - callers.length;
    await inLanes(abreast, opened, async () => void callers.push(await Caller.open(port, dialect)));
    return elapsed(opened);
  },

  /** Keeps so many calls under way on each of the first callers. */
  calls: ({ lanes, window, seconds }: { lanes: number; window: number; seconds: number }) =>
    new Promise<Effort>((resolve) => {
      const elapsed = stopwatch();
      const end = performance.now() + seconds * 1000;
      let count = 0;
      let open = lanes * window;
      for (const caller of callers.slice(0, lanes)) {
        caller.onHeard = (answers) => {
          count += answers;
          if (performance.now() < end) return caller.call("echo", answers);
          open -= answers;
          if (open === 0) resolve(elapsed(count));
        };
        caller.call("echo", window);
      }
    }),

  /** One caller shouts, so many times: the next time when all have heard it. */
  shout: ({ times }: { times: number }) =>
    new Promise<Effort>((resolve) => {
      const elapsed = stopwatch();
      let left = times;
      let waiting = callers.length;
      for (const caller of callers) {
        caller.onHeard = (_, told) => {
          waiting -= told;
          if (waiting > 0) return;
          if (--left === 0) return resolve(elapsed(times * callers.length));
          waiting = callers.length;
          callers[0]!.call("shout", 1);
        };
      }
      callers[0]!.call("shout", 1);
    }),

  /** Connects, calls once and closes, so many times. */
  async visit({ total, abreast }: { total: number; abreast: number }) {
    const elapsed = stopwatch();
    await inLanes(abreast, total, async () => {
      const caller = await Caller.open(port, dialect);
      await new Promise<void>((resolve) => {
        caller.onHeard = () => resolve();
        caller.call("echo", 1);
      });
      await caller.close();
    });
    return elapsed(total);
  },
});

/** Does something so many times, some of them at the same time. */
async function inLanes(abreast: number, times: number, task: () => Promise<void>): Promise<void> {
  let left = times;
  const lane = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: abreast }, lane));
}
