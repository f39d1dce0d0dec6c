import { Hono } from "hono";
import type { WebSocketServer } from "edgesocket";
import { PAGE } from "./playground_files.ts";
import { anyServer } from "./settings.ts";
import { site } from "./site.ts";
import { verdict } from "./verdict.ts";

/**
 * A page at `/` that talks to the WebSocket at `/ws`, and what it asks at `/verdict`. With
 * `ANY_SERVER=1` in the environment the page may connect to other servers too.
 *
 * @param server The server that serves it, asked for once there are requests: it is asked what it
 * says to a handshake. Without it, the verdict knows the rules of the route and nothing else.
 */
export function playground(server?: () => WebSocketServer): Hono {
  const app = new Hono();
  const wide = anyServer();
  const marks = wide ? ['data-any-server=""'] : [];
  const index = PAGE["index.html"]!.replace("<body>", `<${["body", ...marks].join(" ")}>`);
  const servers = wide ? ["ws:", "wss:", "http:", "https:"] : [];
  app.route("/verdict", verdict(server));
  app.route("/", site({ ...PAGE, "index.html": index }, servers));
  return app;
}
