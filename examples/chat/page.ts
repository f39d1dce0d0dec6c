import type { Hono } from "hono";
import { site } from "../site.ts";
import icon from "./page/icon.svg" with { type: "text" };
import index from "./page/index.html" with { type: "text" };
import style from "./page/page.css" with { type: "text" };
import script from "./page/page.js" with { type: "text" };

/** The page of the chat, at `/`. */
export function page(): Hono {
  return site({
    "index.html": index,
    "page.css": style,
    "page.js": script,
    "icon.svg": icon,
  });
}
