import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Hono } from "hono";
import { site } from "../site.ts";
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import script from "./page/page.js" with { type: "text" };

/** Microsoft's client, as npm has it: a script that makes `signalR`. */
const client = createRequire(import.meta.url).resolve(
  "@microsoft/signalr/dist/browser/signalr.min.js",
);

/** The page of the dashboard, at `/`. */
export function page(): Hono {
  return site({
    "index.html": index,
    "page.css": style,
    "page.js": script,
    "icon.svg": icon,
    "signalr.js": readFileSync(client, "utf8"),
  });
}
