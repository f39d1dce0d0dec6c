/** Subscriptions of connections that are none: what topics need for them. With `none`, nothing. */
import process from "node:process";
import { Bun } from "../bun.ts";
import { createTopics } from "../../src/topics.ts";
import { obey } from "./control.ts";

interface Subscribe {
  readonly connections: number;
  readonly topics: number;
}

const none = process.argv.includes("none");
const topics = createTopics({ maxTopics: 1_000 });
const subscribers: { id: string; closed: Promise<unknown>; send(): boolean }[] = [];

/** Bytes in use. The heap of Bun does not count what is in maps, that of Deno is the sharper figure. */
function inUse(): number {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 3; i++) {
    if (gc) gc();
    else Bun.gc(true);
  }
  const { heapUsed, rss } = process.memoryUsage();
  return gc ? heapUsed : rss;
}

obey(0, {
  inUse,
  async subscribe({ connections, topics: count }: Subscribe) {
    while (subscribers.length < connections) {
      const id = `${subscribers.length}`;
      subscribers.push({ id, closed: new Promise(() => {}), send: () => true });
    }
    for (const subscriber of subscribers) {
      for (let i = 0; i < count && !none; i++) topics.subscribe(subscriber, `topic ${i}`);
      // Whatever was promised is let go of.
      await new Promise((resolve) => setTimeout(resolve));
    }
  },
});
