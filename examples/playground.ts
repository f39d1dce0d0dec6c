import { Hono } from "hono";
import type { WebSocketServer } from "edgesocket";
import { inspect } from "./inspect.ts";
import { PATH } from "./inspect/session.ts";
import { PAGE } from "./playground_files.ts";
import { anyServer, inspection } from "./settings.ts";
import { site } from "./site.ts";
import { verdict } from "./verdict.ts";

/**
 * A page at `/` that talks to the WebSocket at `/ws`, and what it asks at `/verdict`. With
 * `ANY_SERVER=1` in the environment the page may connect to other servers too; with `INSPECT=1` it
 * shows what the server sees of its connections.
 *
 * @param server The server that serves it, asked for once there are requests: it is asked what it
 * says to a handshake. Without it, the verdict knows the rules of the route and nothing else.
 * @param hubs The paths of its hubs, such as `"/chat"`: with `INSPECT=1` the page calls them, too.
 */
export function playground(
  server?: () => WebSocketServer,
  hubs: readonly string[] = [],
): Hono {
  const app = new Hono();
  const wide = anyServer();
  const rule = inspection();
  const marks = [...wide ? ['data-any-server=""'] : [], ...rule ? ['data-inspect=""'] : []];
  const index = PAGE["index.html"]!.replace("<body>", `<${["body", ...marks].join(" ")}>`);
  const servers = wide ? ["ws:", "wss:", "http:", "https:"] : [];
  app.route("/verdict", verdict(server));
  if (rule) app.route(PATH, inspect(rule, hubs));
  app.route("/", site({ ...PAGE, "index.html": index }, servers));
  return app;
}
