import process from "node:process";
import type { Connection } from "edgesocket";
import { nats } from "edgesocket/nats";
import { redis } from "edgesocket/redis";
import { type Broker, createTopics, type Gap } from "edgesocket/topics";

/** What is said in a room. */
export interface Line {
  readonly name: string;
  readonly text: string;
}

/** The rooms of the chat, in this process or in all that share an engine. */
export interface Rooms {
  /** Lets a connection hear what is said: from `after` on, where there is a history. */
  enter(connection: Connection, room: string, after: string): void;
  /** Says something to all in a room. */
  say(room: string, line: Line): void;
  /** Ends all. */
  close(): Promise<void>;
}

const gapMessage = (gap: Gap) => JSON.stringify({ gap: gap.cause });

/** Rooms in this process, which keep what was said lately. */
function localRooms(): Rooms {
  const topics = createTopics({
    mode: "replay",
    history: { count: 100, age: 3_600 },
    // The position goes to the client, which comes back with it.
    frame: (message, position) => `{"line":${message},"position":"${position}"}`,
    gapMessage,
  });
  return {
    enter: (connection, room, after) => void topics.subscribe(connection, room, { after }),
    say: (room, line) => void topics.publish(room, JSON.stringify(line)),
    close: () => topics.close(),
  };
}

/** Rooms in every process that shares an engine. What was said before one entered is not known. */
function sharedRooms(broker: Broker, closeClients: () => unknown): Rooms {
  const topics = createTopics({
    broker,
    gapMessage,
    onState: (state) => console.log(`Engine: ${state}`),
    onError: (error) => console.error(`Engine: ${(error as Error).message}`),
  });
  return {
    enter: (connection, room) => void topics.subscribe(connection, room),
    say: (room, line) => void topics.publish(room, JSON.stringify({ line })),
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
    const rooms = sharedRooms(
      redis({ publisher, subscriber, prefix: "chat" }),
      () => clients.forEach((client) => client.destroy()),
    );
    // Not awaited: people in this process can talk while Redis is away.
    for (const client of clients) client.connect().catch(() => {});
    return rooms;
  }
  if (NATS_URL) {
    const { connect } = await import("@nats-io/transport-node");
    const connection = connect({
      servers: NATS_URL,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      pingInterval: 5_000,
    });
    const broker = nats({ connection, prefix: "chat" });
    return sharedRooms(broker, () => connection.then((open) => open.close(), () => {}));
  }
  return localRooms();
}
