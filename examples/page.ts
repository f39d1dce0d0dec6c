import { readdirSync, readFileSync } from "node:fs";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";

/** The folder whose files are served; nothing else is. */
const FOLDER = new URL("page/", import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * The page and its files, read once.
 *
 * @param anyServer Whether the page may connect to other servers; the browser enforces it.
 */
export function page(anyServer: boolean): Hono {
  const app = new Hono();
  const servers = anyServer ? ["ws:", "wss:", "http:", "https:"] : [];

  app.use(
    etag(),
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'", ...servers],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false,
    }),
  );

  for (const name of readdirSync(FOLDER)) {
    let content = readFileSync(new URL(name, FOLDER), "utf8");
    if (name === "index.html" && anyServer) {
      content = content.replace("<body>", '<body data-any-server="">');
    }
    const headers = {
      "content-type": TYPES[name.split(".").at(-1)!] ?? "application/octet-stream",
      // Kept by the browser, and asked about each time: 304 unless it has changed.
      "cache-control": "no-cache",
    };
    app.get(name === "index.html" ? "/" : `/${name}`, (c) => c.body(content, 200, headers));
  }
  return app;
}
