/**
 * A chat: `deno task start:chat`, or `bun examples/chat/server.ts`. One process; with `REDIS_URL` or
 * `NATS_URL` as many as you like, whose rooms and what was said in them are the same.
 */
import process from "node:process";
import { Hono } from "hono";
import { serve } from "edgesocket";
import { upgradeWebSocket } from "edgesocket/hono";
import { address } from "../settings.ts";
import { page } from "./page.ts";
import { type Line, openRooms } from "./rooms.ts";

const rooms = await openRooms();
const app = new Hono();

/** A name for a person or a room, or what to call it instead. */
function nameOf(given: string | undefined, instead: string): string {
  return given?.trim().slice(0, 30) || instead;
}

/** What somebody says; `undefined` if it is nothing. Anything can come here. */
function lineOf(data: unknown, name: string): Line | undefined {
  const text = typeof data === "string" ? data.trim().slice(0, 1_000) : "";
  return text === "" ? undefined : { name, text };
}

app.get(
  "/ws",
  upgradeWebSocket((c) => {
    const room = nameOf(c.req.query("room"), "lobby").replaceAll(/[^\p{L}\p{N} _-]/gu, "-");
    const name = nameOf(c.req.query("name"), "guest");
    return {
      onOpen: (_event, connection) => rooms.enter(connection, room, c.req.query("after") ?? ""),
      async onMessage(event, connection) {
        const line = lineOf(event.data, name);
        if (line === undefined || await rooms.say(room, line)) return;
        connection.send(JSON.stringify({ unsent: line.text }));
      },
    };
  }, { maxPayloadLength: 16_384 }),
);
app.route("/", page());

const server = serve({
  fetch: app.fetch,
  ...address(),
  onListen: ({ url }) => console.log(`Chat: ${url}`),
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, async () => {
    await server.shutdown();
    await rooms.close();
    process.exit(0);
  });
}
