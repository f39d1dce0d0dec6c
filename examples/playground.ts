import { Hono } from "hono";
import bytes from "./page/bytes.js" with { type: "text" };
import closeCodes from "./page/close_codes.js" with { type: "text" };
import generator from "./page/generator.js" with { type: "text" };
import inspectStyle from "./page/inspect.css" with { type: "text" };
import inspectPage from "./page/inspect.js" with { type: "text" };
import inspectChannel from "./page/inspect_channel.js" with { type: "text" };
import inspectClock from "./page/inspect_clock.js" with { type: "text" };
import inspectEnds from "./page/inspect_ends.js" with { type: "text" };
import inspectProbe from "./page/inspect_probe.js" with { type: "text" };
import inspectWords from "./page/inspect_words.js" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import link from "./page/link.js" with { type: "text" };
import log from "./page/log.js" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import page from "./page/page.js" with { type: "text" };
import roundTrips from "./page/round_trips.js" with { type: "text" };
import { inspect } from "./inspect.ts";
import { PATH } from "./inspect/session.ts";
import { anyServer, inspection } from "./settings.ts";
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
  "inspect.css": inspectStyle,
  "inspect.js": inspectPage,
  "inspect_channel.js": inspectChannel,
  "inspect_clock.js": inspectClock,
  "inspect_ends.js": inspectEnds,
  "inspect_probe.js": inspectProbe,
  "inspect_words.js": inspectWords,
  "link.js": link,
  "log.js": log,
  "page.js": page,
  "round_trips.js": roundTrips,
};

/**
 * A page at `/` that talks to the WebSocket at `/ws`, and what it asks at `/verdict`. With
 * `ANY_SERVER=1` in the environment the page may connect to other servers too; with `INSPECT=1` it
 * shows what the server sees of its connections.
 */
export function playground(): Hono {
  const app = new Hono();
  const wide = anyServer();
  const rule = inspection();
  const marks = [wide && ' data-any-server=""', rule && ' data-inspect=""'].filter(Boolean).join(
    "",
  );
  const first = index.replace("<body>", `<body${marks}>`);
  const servers = wide ? ["ws:", "wss:", "http:", "https:"] : [];
  app.route("/verdict", verdict());
  if (rule) app.route(PATH, inspect(rule));
  app.route("/", site({ ...FILES, "index.html": first }, servers));
  return app;
}
