import type { Mutations } from "./mutation.ts";

/** Changes to src/native/. */
export const native: Mutations = {
  "native/serve.ts": [
    [
      "the options are dropped",
      "startServer(options, currentAdapter)",
      "startServer({ fetch: options.fetch }, currentAdapter)",
    ],
    [
      "the address is dropped",
      "startServer(options, currentAdapter)",
      "startServer({ ...options, hostname: undefined }, currentAdapter)",
    ],
    [
      "nobody hears of refusals",
      "startServer(options, currentAdapter)",
      "startServer({ ...options, onRefuse: undefined }, currentAdapter)",
    ],
  ],
  "native/handler.ts": [
    ["handler takes unknown options", 'checkNames("handler", options, HOST_OPTIONS);', ""],
    [
      "handler passes over its options",
      "new ServerState(checkHostOptions(options), currentAdapter())",
      "const checked = checkHostOptions({});",
    ],
    [
      "Bun's limit for messages is not the handler's",
      "websocketFor(state.maxPayloadLength, ",
      "websocketFor(16 * 1024 * 1024, ",
    ],
  ],
  "native/upgrade.ts": [
    [
      "options of a route are passed over",
      "return routeOf(options).answer(request, events, options?.info);\n}\n\nconst",
      "return routeOf().answer(request, events, options?.info);\n}\n\nconst",
    ],
    [
      "info is dropped",
      "return routeOf(options).answer(request, events, options?.info);\n}\n\nconst",
      "return routeOf(options).answer(request, events, undefined);\n}\n\nconst",
    ],
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
      "options beside defaults are passed over",
      "routeOf(options).answer(request, events as WebSocketEvents, options?.info)",
      "routeOf().answer(request, events as WebSocketEvents, options?.info)",
    ],
    [
      "info beside defaults is dropped",
      "routeOf(options).answer(request, events as WebSocketEvents, options?.info)",
      "routeOf(options).answer(request, events as WebSocketEvents, undefined)",
    ],
  ],
};
