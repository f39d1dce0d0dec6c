import type { Mutations } from "./mutation.ts";

/** Changes to src/hono/. */
export const hono: Mutations = {
  "hono/hub.ts": [
    ["nobody asks who it is", "await options?.(c) ?? ", "false as never || "],
    ["what was staged is lost", "if (staged === undefined) return response;", "return response;"],
    ["it is merged twice", "c.res = undefined as unknown as Response;", ""],
    ["the runtime's own is not handed on", "info: c.env,", ""],
  ],
  "hono/bun_websocket.ts": [
    [
      "routes are not ours",
      "return { upgradeWebSocket, websocket };",
      "return { upgradeWebSocket: undefined as never, websocket };",
    ],
    [
      "handlers are not ours",
      "return { upgradeWebSocket, websocket };",
      "return { upgradeWebSocket, websocket: undefined as never };",
    ],
    [
      "handlers are copies",
      "return { upgradeWebSocket, websocket };",
      "return { upgradeWebSocket, websocket: { ...websocket } };",
    ],
  ],
  "hono/upgrade.ts": [
    [
      "defaults are not checked at once",
      "const routeOf = routesWith(defaults);\n  routeOf();",
      "const routeOf = routesWith(defaults);",
    ],
    [
      "defaults are passed over",
      "const routeOf = routesWith(defaults);",
      "const routeOf = routesWith();",
    ],
    [
      "options of a route are passed over",
      "routeOf(second as AnyOptions | undefined)",
      "routeOf()",
    ],
    [
      "options in a handler are passed over",
      "const route = routeOf(options);",
      "const route = routeOf();",
    ],
    [
      "a page gets 426",
      'if (verdict.kind === "not-an-upgrade") return next();',
      'if (verdict.kind === "not-an-upgrade") return upgradeRequired();',
    ],
    [
      "a page in a handler is an upgrade",
      'if (verdict.kind === "not-an-upgrade") return upgradeRequired();',
      'if (verdict.kind === "not-an-upgrade") return new Response();',
    ],
    [
      "events that come later are not waited for",
      "upgrade(c, route, verdict, await first(c))",
      "upgrade(c, route, verdict, first(c))",
    ],
    [
      "events are made before the verdict",
      'const verdict = route.judge(c.req.raw);\n    if (verdict.kind === "not-an-upgrade") return next();',
      'first(c);\n    const verdict = route.judge(c.req.raw);\n    if (verdict.kind === "not-an-upgrade") return next();',
    ],
    [
      "what middleware has set is lost",
      "c.newResponse(null, accepted.placeholder.init)",
      "new Response(null, accepted.placeholder.init)",
    ],
    ["what the runtime passed is lost", "staged, c.env, c)", "staged, undefined, c)"],
    ["data is made of the request", "staged, c.env, c)", "staged, c.env, c.req.raw)"],
    ["Hono merges headers once more", "c.res = undefined as unknown as Response;", ""],
    ["later middleware sees another response", "c.res = response;", ""],
  ],
};
