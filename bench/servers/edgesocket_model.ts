/**
 * One process of many over an engine: a connection is subscribed to the rooms that its URL names, and
 * what it says goes to the room whose number comes first.
 */
import process from "node:process";
import { serve, upgradeWebSocket } from "../../mod.ts";
import { nats } from "../../src/nats.ts";
import { redis } from "../../src/redis.ts";
import { type Broker, createTopics } from "../../src/topics.ts";
import { natsConnection, redisClient } from "./clients.ts";
import { obey } from "./control.ts";

const [, , engine, enginePort] = process.argv;
const port = Number(enginePort);
const prefix = "bench";

async function brokerOf(): Promise<Broker> {
  if (engine === "nats") return nats({ prefix, connection: await natsConnection(port) });
  const publisher = await redisClient(port);
  const subscriber = publisher.duplicate();
  const broker = redis({ publisher, subscriber, prefix });
  await Promise.all([publisher.connect(), subscriber.connect()]);
  return broker;
}

const up = Promise.withResolvers<void>();
let gaps = 0;
const topics = createTopics({
  broker: await brokerOf(),
  onState: (state) => void (state === "up" && up.resolve()),
  onGap: () => void gaps++,
  // What goes wrong leaves a gap; that the engine ends after it, it need not say.
  onError: () => {},
});
if (topics.state === "up") up.resolve();

/** Subscriptions that the engine has not answered for yet. */
const pending = new Set<Promise<unknown>>();

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const rooms = new URL(request.url).searchParams.get("rooms");
    return upgradeWebSocket(request, {
      onOpen(_, connection) {
        if (!rooms) return;
        for (const room of rooms.split(",")) {
          const subscribed = topics.subscribe(connection, room);
          pending.add(subscribed);
          subscribed.finally(() => pending.delete(subscribed));
        }
      },
      onMessage({ data }) {
        const text = data as string;
        topics.publish(text.slice(0, text.indexOf(" ")), text);
      },
    });
  },
  onListen: ({ port }) =>
    obey(port, {
      up: () => up.promise,
      /** When all who have come are subscribed. */
      async settled() {
        while (pending.size > 0) await Promise.all(pending);
      },
      gaps: () => gaps,
    }),
});
