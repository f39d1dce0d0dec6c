/** A hub for clients that are measured, in the process of the load generator. */
import { serve } from "../../mod.ts";
import { defineHub } from "../../src/hubs.ts";

/** Starts it, and returns its port. */
export async function startHub(): Promise<number> {
  // By a name that no compiler looks up: it is installed for the bench alone.
  const name: string = "valibot";
  const v: typeof import("npm:valibot@1.5.0") = await import(name);
  const h = defineHub()({ client: {} });
  const hub = h.create({ echo: h.method([v.string()], (_context, text) => text) });
  return serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => hub.handle(request),
    onListen() {},
  }).port;
}
