import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/**
 * A page and its files, `index.html` at `/`.
 *
 * @param files By their names.
 * @param servers What the page may connect to beside its own server; the browser enforces it.
 */
export function site(files: Readonly<Record<string, string>>, servers: string[] = []): Hono {
  const app = new Hono();
  app.use(
    etag(),
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
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
  for (const [name, content] of Object.entries(files)) {
    const headers = {
      "content-type": TYPES[name.split(".").at(-1)!]!,
      // Kept by the browser, and asked about each time: 304 unless it has changed.
      "cache-control": "no-cache",
    };
    app.get(name === "index.html" ? "/" : `/${name}`, (c) => c.body(content, 200, headers));
  }
  return app;
}
