/**
 * What the bench asks of every server: a line of JSON on standard input, a line of JSON on standard
 * output. The same code runs in each of them, so that it weighs the same on each.
 */
import process from "node:process";
import { Bun } from "../bun.ts";
import { usage } from "../core_time.ts";
import { answerLines, type Commands } from "../lines.ts";
import { forgetPeak, peak } from "../peak.ts";

/** Milliseconds between two looks at the memory. */
const PAUSE = 100;
/** Looks after which memory that still moves is taken as it is. */
const LOOKS = 30;
/** The share by which memory may still move and count as settled. */
const STILL = 0.002;

/** Everyone who is connected, for a server that was started to send each message to all. */
export const room: Set<{ send(data: string): unknown }> | undefined =
  process.argv.includes("fan-out") ? new Set() : undefined;

/** Sends a message to everyone. */
export function publish(message: unknown): void {
  for (const member of room!) member.send(message as string);
}

/** Says where the server listens, and obeys until standard input ends. */
export function obey(port: number, commands: Commands = {}): void {
  answerLines({
    ...commands,
    usage,
    /** Bytes of resident memory once garbage is collected. */
    memory: settledMemory,
    /** The same, from which on the peak counts. */
    async forgetPeak() {
      const bytes = await settledMemory();
      forgetPeak();
      return bytes;
    },
    /** Bytes of resident memory at the most since then. */
    peak,
  });
  console.log(JSON.stringify({ port }));
}

async function settledMemory(): Promise<number> {
  let last = 0;
  for (let look = 0; look < LOOKS; look++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const { rss } = process.memoryUsage();
    if (Math.abs(rss - last) <= rss * STILL) return rss;
    last = rss;
  }
  return last;
}

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc) gc();
  else Bun.gc(true);
}
