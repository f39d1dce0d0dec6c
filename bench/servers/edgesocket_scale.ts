/** A hub in several processes, over Redis: every other option at its default. */
import { call, defineHub } from "../../src/hubs.ts";
import { redis } from "../../src/redis.ts";
import { obeyScaling, peer, redisPair } from "./scaling.ts";
import { serve } from "./serve.ts";

const v: typeof import("npm:valibot@1.5.0") = await peer("valibot");
const h = defineHub()({ client: { told: call(v.string()) } });

function hubOver(pair: Awaited<ReturnType<typeof redisPair>>) {
  return h.create({
    echo: h.method([v.string()], (_context, text) => text),
    shout: h.method([v.string()], async (context, text) => {
      await context.clients.all.told(text);
      return text;
    }),
  }, {
    broker: redis({ ...pair, prefix: "bench" }),
    secret: "sixteen letters, or more",
    // The engine ends before the server does.
    onBrokerError() {},
  });
}

let hub: ReturnType<typeof hubOver> | undefined;

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => hub?.handle(request) ?? new Response(null, { status: 503 }),
  onListen: ({ port }) =>
    obeyScaling(port, "hub", async (engine) => {
      hub = hubOver(await redisPair(engine));
      while (hub.state !== "up") await new Promise((resolve) => setTimeout(resolve, 10));
    }),
});
