import { Hono } from "hono";
import bytes from "./page/bytes.js" with { type: "text" };
import closeCodes from "./page/close_codes.js" with { type: "text" };
import generator from "./page/generator.js" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import link from "./page/link.js" with { type: "text" };
import log from "./page/log.js" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import page from "./page/page.js" with { type: "text" };
import roundTrips from "./page/round_trips.js" with { type: "text" };
import { anyServer } from "./settings.ts";
import { site } from "./site.ts";
import { verdict } from "./verdict.ts";

/** The files of the page. They are part of the program, which needs no permission to read them. */
const FILES: Readonly<Record<string, string>> = {
  "index.html": index,
  "page.css": style,
  "icon.svg": icon,
  "bytes.js": bytes,
  "close_codes.js": closeCodes,
  "generator.js": generator,
  "link.js": link,
  "log.js": log,
  "page.js": page,
  "round_trips.js": roundTrips,
};

/**
 * A page at `/` that talks to the WebSocket at `/ws`, and what it asks at `/verdict`. With
 * `ANY_SERVER=1` in the environment the page may connect to other servers too.
 */
export function playground(): Hono {
  const app = new Hono();
  const wide = anyServer();
  const first = wide ? index.replace("<body>", '<body data-any-server="">') : index;
  const servers = wide ? ["ws:", "wss:", "http:", "https:"] : [];
  app.route("/verdict", verdict());
  app.route("/", site({ ...FILES, "index.html": first }, servers));
  return app;
}
