/** Clients come back to topics with a history, which is where the argument says. */
import process from "node:process";
import type { ReplayTopics } from "../../src/topics.ts";
import { historyIn, type Where } from "./histories.ts";
import { inLanes } from "./lanes.ts";
import { obeyLatecomers } from "./latecomers.ts";

const where = process.argv[2] as Where;
/** Where each message of a topic is. */
const positions = new Map<string, string[]>();
let topics: ReplayTopics;
let publisher: ReplayTopics;

await obeyLatecomers({
  engine: where === "memory" ? undefined : where,
  async connect(port, count) {
    topics = await historyIn(where, port, count);
    // Another one, as in another process: what it has sent is not at hand here.
    publisher = where === "memory" ? topics : await historyIn(where, port, count);
  },
  async fill(topic, messages) {
    const list = new Array<string>(messages.length);
    await inLanes(messages.length, async (i) => {
      const { position, error } = await publisher.publish(topic, messages[i]!);
      if (position === undefined) throw error;
      list[i] = position;
    });
    positions.set(topic, list);
  },
  async comeBack(connection, topic, behind) {
    const after = positions.get(topic)!.at(-behind - 1) ?? "";
    const { subscribed, recovered } = await topics.subscribe(connection, topic, {
      after,
    }) as { subscribed: boolean; recovered?: boolean };
    if (!subscribed || !recovered) {
      throw new Error("Cannot come back: expected a history, got none");
    }
  },
});
