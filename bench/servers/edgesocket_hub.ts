/** A hub, every option at its default; its arguments are checked as users check them. */
import { call, defineHub } from "../../src/hubs.ts";
import { obey } from "./control.ts";
import { serve } from "./serve.ts";

// By a name that no compiler looks up: it is installed for the bench alone.
const name: string = "valibot";
const v: typeof import("npm:valibot@1.5.0") = await import(name);

const h = defineHub()({ client: { told: call(v.string()) } });
const hub = h.create({
  echo: h.method([v.string()], (_context, text) => text),
  shout: h.method([v.string()], async (context, text) => {
    await context.clients.all.told(text);
    return text;
  }),
});

serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: (request) => hub.handle(request),
  onListen: ({ port }) => obey(port, { speaks: () => "hub" }),
});
