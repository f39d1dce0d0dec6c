/** Topics with a history, in memory or over an engine, each with clients of its own. */
import { nats } from "../../src/nats.ts";
import { redis } from "../../src/redis.ts";
import { type Broker, createTopics, type ReplayTopics } from "../../src/topics.ts";
import { jetStream, redisClient } from "./clients.ts";

/** Where a history is. */
export type Where = "memory" | "redis" | "nats";

/** Topics that keep so many messages, once they are up. */
export async function historyIn(
  where: Where,
  port: number,
  count: number,
): Promise<ReplayTopics> {
  const mode = "replay";
  const history = { count };
  // Whatever goes wrong fails what is measured, too; that the engine ends after it, it need not say.
  const onError = () => {};
  if (where === "memory") return createTopics({ mode, history, onError });
  const { broker, connect } = await brokerFor(where, port);
  const up = Promise.withResolvers<void>();
  const onState = (state: string) => void (state === "up" && up.resolve());
  const topics = createTopics({ mode, history, broker, onState, onError });
  await connect();
  await up.promise;
  return topics;
}

/** A broker, and what connects its clients where that comes after it. */
async function brokerFor(
  where: "redis" | "nats",
  port: number,
): Promise<{ broker: Broker; connect(): Promise<unknown> }> {
  const prefix = "bench";
  if (where === "nats") {
    const broker = nats({ prefix, ...await jetStream(port) });
    return { broker, connect: () => Promise.resolve() };
  }
  const publisher = await redisClient(port);
  const subscriber = publisher.duplicate();
  const broker = redis({ publisher, subscriber, prefix });
  return { broker, connect: () => Promise.all([publisher.connect(), subscriber.connect()]) };
}
