/** Chat rooms on Cloudflare: each room is a Durable Object, which sleeps while nobody talks. */
import { Hono } from "hono";
import type { Connection } from "edgesocket";
import { upgradeWebSocket } from "edgesocket/hono";
import { createTopics } from "edgesocket/topics";
import { durable, handler } from "edgesocket/workers";

/** What is kept of a member while the room sleeps. */
interface Member {
  readonly name: string;
}

/** The part of a binding that we use. */
interface Rooms {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

export class Room extends durable({
  create() {
    const topics = createTopics();
    const events = (connection: Connection<Member>) => {
      topics.subscribe(connection, "room");
      return {
        onMessage: (event: { readonly data: unknown }) => {
          topics.publish("room", `${connection.data.name}: ${event.data}`);
        },
      };
    };
    const app = new Hono();
    app.get("/rooms/:room", (c) => {
      let made: ReturnType<typeof events>;
      return upgradeWebSocket(c, {
        onOpen: (_event, connection) => void (made = events(connection)),
        onMessage: (event) => made.onMessage(event),
      }, { data: (): Member => ({ name: c.req.query("name") ?? "somebody" }) });
    });
    return { fetch: app.fetch, events };
  },
}, {
  maxConnections: 1_000,
  hibernate: {
    events: (connection: Connection<Member>, room) => room.events(connection),
    autoResponse: { request: "ping", response: "pong" },
  },
}) {}

const app = new Hono<{ Bindings: { ROOMS: Rooms } }>();
app.get("/", (c) => c.text("Connect to /rooms/lobby?name=ada, or to /echo\n"));
app.get(
  "/echo",
  upgradeWebSocket(() => ({
    onMessage: (event, connection) => connection.send(event.data),
  })),
);
app.all("/rooms/:room", (c) => {
  const { ROOMS } = c.env;
  return ROOMS.get(ROOMS.idFromName(c.req.param("room"))).fetch(c.req.raw);
});

export default handler(app.fetch);
