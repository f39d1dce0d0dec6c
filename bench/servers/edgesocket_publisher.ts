/** A publisher over Redis by topics; with the argument `replay` they have a history there. */
import process from "node:process";
import { redis } from "../../src/redis.ts";
import { createTopics } from "../../src/topics.ts";
import { MESSAGE, obeyPublishing } from "./publishing.ts";

obeyPublishing(async (publisher) => {
  const subscriber = publisher.duplicate();
  const up = Promise.withResolvers<void>();
  const broker = redis({ publisher, subscriber, prefix: "bench" });
  const onState = () => up.resolve();
  const topics = process.argv[2] === "replay"
    ? createTopics({ mode: "replay", broker, onState })
    : createTopics({ broker, onState });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  await up.promise;
  return async () => {
    const { relayed, error } = await topics.publish("room", MESSAGE);
    if (!relayed) throw error;
  };
});
