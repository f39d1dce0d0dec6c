/**
 * One room without topics: `loop` over a Set of our connections, `native` publish of Bun, `crossws` or
 * `hono` with its own. Sends what it gets to all, as often as the first argument says.
 */
import process from "node:process";
import { serve, upgradeWebSocket } from "../../mod.ts";
import { Bun, type BunServer, type BunWebSocket } from "../bun.ts";
import { obey } from "./control.ts";

const [, , turn, way] = process.argv;
const each = Number(turn);
const where = { port: 0, hostname: "127.0.0.1", onListen: () => {} };

/** The part of peers that is used. */
interface Peer {
  send(data: string): unknown;
  subscribe(topic: string): void;
  publish(topic: string, data: string): void;
}

const WAYS: Record<string, () => number | Promise<number>> = {
  loop() {
    const room = new Set<{ send(data: string): unknown }>();
    return serve({
      ...where,
      fetch: (request) =>
        upgradeWebSocket(request, {
          onOpen: (_, connection) => void room.add(connection),
          onMessage({ data }) {
            for (let i = 0; i < each; i++) {
              for (const member of room) member.send(data as string);
            }
          },
        }),
    }).port;
  },
  native() {
    const server = Bun.serve({
      ...where,
      fetch: (request: Request, server: BunServer) =>
        server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
      websocket: {
        open: (socket: BunWebSocket) => (socket as unknown as Peer).subscribe("room"),
        message(_: BunWebSocket, message: string | Uint8Array) {
          const publisher = server as unknown as Peer;
          for (let i = 0; i < each; i++) publisher.publish("room", message as string);
        },
      },
    });
    return server.port;
  },
  async crossws() {
    const runtime = "Bun" in globalThis ? "bun" : "deno";
    const adapter = (await import(`crossws/adapters/${runtime}`)).default({
      hooks: {
        open: (peer: Peer) => peer.subscribe("room"),
        message(peer: Peer, message: { text(): string }) {
          for (let i = 0; i < each; i++) {
            peer.publish("room", message.text());
            peer.send(message.text());
          }
        },
      },
    });
    const { Deno: deno } = globalThis as unknown as {
      Deno: { serve(options: object, fetch: unknown): { addr: { port: number } } };
    };
    if (runtime === "deno") {
      const fetch = (request: Request, info: unknown) => adapter.handleUpgrade(request, info);
      return deno.serve(where, fetch).addr.port;
    }
    const fetch = (request: Request, server: unknown) => adapter.handleUpgrade(request, server);
    return Bun.serve({ ...where, fetch, websocket: adapter.websocket }).port;
  },
  async hono() {
    const { Hono } = await import("hono");
    const isBun = "Bun" in globalThis;
    const { upgradeWebSocket: upgrade, websocket } = await import(`hono/${isBun ? "bun" : "deno"}`);
    const room = new Map<unknown, { send(data: string): unknown }>();
    const app = new Hono();
    app.get(
      "/ws",
      upgrade(() => ({
        onOpen: (_: unknown, socket: Peer & { raw: unknown }) => void room.set(socket.raw, socket),
        onMessage({ data }: { data: unknown }) {
          for (let i = 0; i < each; i++) {
            for (const member of room.values()) member.send(data as string);
          }
        },
      })),
    );
    if (isBun) return Bun.serve({ ...where, fetch: app.fetch as never, websocket }).port;
    const { Deno: deno } = globalThis as unknown as {
      Deno: { serve(options: object, fetch: unknown): { addr: { port: number } } };
    };
    return deno.serve(where, app.fetch).addr.port;
  },
};

obey(await WAYS[way!]!());
