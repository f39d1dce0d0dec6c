import process from "node:process";
import type { Connection } from "edgesocket";
import { nats } from "edgesocket/nats";
import { redis } from "edgesocket/redis";
import { type Broker, createTopics } from "edgesocket/topics";

/** What is said in a room. */
export interface Line {
  readonly name: string;
  readonly text: string;
}

/** The rooms of the chat, in this process or in all that share an engine. */
export interface Rooms {
  /** Lets a connection hear what is said: from `after` on, as far as it is kept. */
  enter(connection: Connection, room: string, after: string): void;
  /** Says something to all in a room: whether it got out. */
  say(room: string, line: Line): Promise<boolean>;
  /** Ends all. */
  close(): Promise<void>;
}

/** Rooms that keep what was said lately: in this process, or with a broker at its engine. */
function roomsOver(broker?: Broker, closeClients: () => unknown = () => {}): Rooms {
  const topics = createTopics({
    ...broker === undefined ? {} : { broker },
    mode: "replay",
    history: { count: 100, age: 3_600 },
    // The position goes to the client, which comes back with it.
    frame: (message, position) => `{"line":${message},"position":"${position}"}`,
    gapMessage: ({ cause, position }) => JSON.stringify({ gap: cause, position }),
    onState: (state) => console.log(`Engine: ${state}`),
    onError: (error) => console.error(`Engine: ${(error as Error).message}`),
  });
  return {
    enter: (connection, room, after) => void topics.subscribe(connection, room, { after }),
    say: async (room, line) => (await topics.publish(room, JSON.stringify(line))).relayed,
    async close() {
      await topics.close();
      await closeClients();
    },
  };
}

/** The rooms of this process, or of the engine that `REDIS_URL` or `NATS_URL` names. */
export async function openRooms(): Promise<Rooms> {
  const { REDIS_URL, NATS_URL } = process.env;
  if (REDIS_URL) {
    const { createClient } = await import("redis");
    const publisher = createClient({
      url: REDIS_URL,
      disableOfflineQueue: true,
      pingInterval: 5_000,
      socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
    });
    const subscriber = publisher.duplicate();
    const clients = [publisher, subscriber];
    const rooms = roomsOver(
      redis({ publisher, subscriber, prefix: "chat" }),
      () => clients.forEach((client) => client.destroy()),
    );
    // Not awaited: the page is there while Redis is away.
    for (const client of clients) client.connect().catch(() => {});
    return rooms;
  }
  if (NATS_URL) {
    const { connect } = await import("@nats-io/transport-node");
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    const connection = connect({
      servers: NATS_URL,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      pingInterval: 5_000,
    });
    const broker = nats({
      connection,
      prefix: "chat",
      jetstream: connection.then(async (open) => ({
        client: jetstream(open),
        manager: await jetstreamManager(open, { checkAPI: false }),
      })),
    });
    return roomsOver(broker, () => connection.then((open) => open.close(), () => {}));
  }
  return roomsOver();
}
