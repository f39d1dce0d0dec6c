/**
 * A publisher by topics: over Redis without a history, or with one where the argument says, `redis` or
 * `nats`.
 */
import process from "node:process";
import { redis } from "../../src/redis.ts";
import { createTopics, type Topics } from "../../src/topics.ts";
import { redisClient } from "./clients.ts";
import { historyIn, type Where } from "./histories.ts";
import { MESSAGE, obeyPublishing } from "./publishing.ts";

/** Messages of a topic that are kept: the default. */
const COUNT = 1_000;

const where = process.argv[2] as Where | undefined;

async function live(port: number): Promise<Topics> {
  const publisher = await redisClient(port);
  const subscriber = publisher.duplicate();
  const up = Promise.withResolvers<void>();
  const broker = redis({ publisher, subscriber, prefix: "bench" });
  const topics = createTopics({
    broker,
    onState: () => up.resolve(),
    // What goes wrong fails a publish, too; that the engine ends after it, it need not say.
    onError: () => {},
  });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  await up.promise;
  return topics;
}

obeyPublishing(async (port) => {
  const topics = where === undefined ? await live(port) : await historyIn(where, port, COUNT);
  return async () => {
    const { relayed, error } = await topics.publish("room", MESSAGE);
    if (!relayed) throw error;
  };
});
