/**
 * Where the runtimes differ, as data. The tables of docs/compatibility.md are made from it, and tests
 * ask it for what a
 * runtime does instead, so that none of them asks for the name of its runtime.
 */

/** The tables of the page, in their order, by their headings. */
export const TABLES = {
  runtimes: [
    "what",
    "Deno",
    "Bun",
    "Node",
    "Deno through `./node`",
    "Bun through `./node`",
    "Workers",
  ],
  handshake: ["what", "Deno", "Bun", "Node", "Deno through `./node`", "Bun through `./node`"],
  bare: [
    "what",
    "bare `Deno.serve(app.fetch)`",
    "bare `Bun.serve({ fetch: app.fetch, websocket })`",
  ],
} as const;

/**
 * The runtimes that the tables have a column for; `strict` is Deno through the entry for Node,
 * `bun-node` is Bun through it, and `workers` is workerd, of which nobody has the bytes to see.
 */
export type Column = "deno" | "bun" | "node" | "strict" | "bun-node" | "workers";

/** One row: its cells as the page has them, and what the tests expect where it is not the norm. */
interface Row {
  readonly table: keyof typeof TABLES;
  readonly deno: string;
  readonly bun: string;
  /** Missing where there is nothing of the kind on Node. */
  readonly node?: string;
  /** Deno through the entry for Node, where that is not as Node. */
  readonly strict?: string;
  /** Bun through the entry for Node, where that is not as Node. */
  readonly "bun-node"?: string;
  /** Cloudflare Workers, where somebody has tried. */
  readonly workers?: string;
  /** What a runtime does instead. The one that is missing does what we want of every runtime. */
  readonly pinned: Readonly<Partial<Record<Column, unknown>>>;
}

/** Every gap by the first cell of its row. */
export const gaps = {
  // runtimes
  "`terminate()`": {
    table: "runtimes",
    deno: "the client still gets a close frame (1001): there is no way to cut a connection",
    bun: "cuts the connection",
    node: "cuts the connection",
    workers: "the client still gets a close frame (1001)",
    pinned: { deno: { code: 1001, reason: "" }, workers: { code: 1001, reason: "" } },
  },
  "a client that never answers our close frame": {
    table: "runtimes",
    deno: "`wasClean: false` after `closeTimeout`",
    bun: "`wasClean: true` at once: Bun does not wait for the answer",
    node: "`wasClean: false` after `closeTimeout`",
    workers: "`wasClean: false` after `closeTimeout`",
    pinned: { bun: "clean" },
  },
  "messages under way when we close": {
    table: "runtimes",
    deno: "Deno resets the connection, so the client may miss the close code",
    bun: "the client gets the close code",
    node: "the client gets the close code",
    workers: "the client gets the close code",
    pinned: { deno: "reset" },
  },
  "a loop that does not keep up (`maxQueue`)": {
    table: "runtimes",
    deno: "closes with 1013",
    bun: "stops reading until the loop catches up",
    node: "stops reading until the loop catches up",
    "bun-node": "closes with 1013",
    workers: "closes with 1013",
    pinned: { deno: "backpressure", "bun-node": "backpressure", workers: "backpressure" },
  },
  "messages above `maxPayloadLength`": {
    table: "runtimes",
    deno:
      "refused when the last byte is there; frames take up to 64 MiB, fragments have no bound: limit the memory of the process",
    bun: "refused while they arrive, above the server's own limit",
    node: "refused while they arrive, above the server's own limit",
    workers: "refused when the last byte is there; Cloudflare takes 32 MiB",
    pinned: { deno: "refused when whole" },
  },
  "a message in 300,000 fragments": {
    table: "runtimes",
    deno: "is taken, as long as it is below `maxPayloadLength`",
    bun: "is taken, likewise",
    node: "is refused with 1008: `ws` takes 16,384 at most",
    "bun-node": "is taken, as on Bun",
    pinned: { deno: "taken", bun: "taken", "bun-node": "taken" },
  },
  "the option `compression`": {
    table: "runtimes",
    deno: "a `TypeError` at setup: Deno's own server cannot compress",
    bun: "compresses",
    node: "compresses",
    strict:
      "a `TypeError` at setup: a damaged message would end the process ([report](upstream/deno-zlib-flush-after-error.md))",
    "bun-node": "a `TypeError` at setup: only Bun's own server compresses",
    workers:
      "a `TypeError` at setup: the runtime compresses by itself for whoever offers it, unless the flag `no_web_socket_compression` is set",
    pinned: {
      deno: "TypeError",
      strict: "TypeError",
      "bun-node": "TypeError",
      workers: "TypeError",
    },
  },
  "bytes that are changed right after `send()`": {
    table: "runtimes",
    deno: "go out as they were",
    bun: "go out as they were",
    node:
      "go out as they are at the end of the turn, which is when they are written: change a copy",
    "bun-node": "go out as they were",
    workers: "go out as they were",
    pinned: { node: "changed", strict: "changed" },
  },
  "one large frame that comes slowly": {
    table: "runtimes",
    deno: "counts as silence until it is whole",
    bun: "the same",
    node: "is a sign of life",
    "bun-node": "counts as silence until it is whole",
    pinned: { deno: "idle-timeout", bun: "idle-timeout", "bun-node": "idle-timeout" },
  },
  "a client that pings but does not answer pings": {
    table: "runtimes",
    deno: "its pings do not count: dropped after `idleTimeout`",
    bun: "its pings count",
    node: "its pings count",
    pinned: { deno: "idle-timeout" },
  },
  "`connection.ping()`": {
    table: "runtimes",
    deno: "rejects: Deno pings by itself, and says nothing of it",
    bun: "tells the round trip",
    node: "tells the round trip",
    workers: "rejects: the runtime has no pings",
    pinned: { deno: "rejects", workers: "rejects" },
  },
  "pings in diagnostics": {
    table: "runtimes",
    deno: "none: Deno pings by itself, and says nothing of it",
    bun: "each of them",
    node: "each of them",
    workers: "none",
    pinned: { deno: "none", workers: "none" },
  },
  "a listener to a channel that nobody holds": {
    table: "runtimes",
    deno: "is kept",
    bun: "is forgotten at the next garbage collection",
    node: "is kept",
    "bun-node": "is forgotten, as on Bun",
    // https://github.com/oven-sh/bun/issues/43086
    workers: "is kept, with `nodejs_compat`",
    pinned: { bun: "forgotten", "bun-node": "forgotten" },
  },
  "unmasked frames": {
    table: "runtimes",
    deno: "accepted",
    bun: "refused",
    node: "refused",
    pinned: { deno: "accepted" },
  },
  "close frames for protocol violations": {
    table: "runtimes",
    deno: "none, the connection just ends (1002 for a bad close code)",
    bun: "1002, 1007",
    node: "1002, 1007",
    pinned: { deno: "none" },
  },
  "a client that stops reading, after its end": {
    table: "runtimes",
    deno: "is reported closed in time, but its TCP connection stays until it ends by itself",
    bun: "is cut",
    node: "is cut",
    pinned: { deno: { code: 1001, reason: "" } },
  },
  "a broken connection's runtime object": {
    table: "runtimes",
    deno: "is kept by Deno until `idleTimeout` has passed",
    bun: "is released at once",
    node: "is released at once",
    pinned: { deno: "kept" },
  },
  "a client that leaves in the middle of its handshake": {
    table: "runtimes",
    deno:
      "may cost a file descriptor for good if it resets the connection: in the worst case one for each client of a first wave, almost none for those that come 3 s later ([report](upstream/deno-upgrade-after-client-left.md))",
    bun: "costs nothing",
    node: "costs nothing",
    pinned: { deno: "leaks" },
  },
  "a client that leaves while its route waits": {
    table: "runtimes",
    deno: "is noticed: no `onOpen`",
    bun: "is noticed: no `onOpen`",
    node: "is noticed: no `onOpen`",
    "bun-node": "may be noticed only after `onOpen`",
    workers:
      "is noticed five seconds after `onOpen`; with the flag `enable_request_signal`: no `onOpen`",
    pinned: { "bun-node": "late", workers: "late" },
  },
  "empty messages to a client that does not read": {
    table: "runtimes",
    deno:
      "are not counted, because Deno does not count them: do not answer with empty messages, or limit the memory of the process",
    bun: "count like all others",
    node: "count like all others",
    pinned: { deno: 0 },
  },
  "a process that was paused": {
    table: "runtimes",
    deno: "its own timer drops clients whose pongs were under way",
    bun: "keeps the clients that are still there",
    node: "keeps the clients that are still there",
    pinned: { deno: "drops" },
  },
  "after `shutdown()`, a client that does not read or a response that never comes": {
    table: "runtimes",
    deno: "keeps the process: end it with `Deno.exit()`",
    bun: "does not keep the process",
    node: "does not keep the process",
    pinned: { deno: "keeps the process" },
  },
  "after `shutdown()`, a message that crosses our close frame": {
    table: "runtimes",
    deno: "keeps the process for half of `idleTimeout`: end it with `Deno.exit()`",
    bun: "does not keep the process",
    node: "does not keep the process",
    pinned: { deno: "keeps the process" },
  },
  "the close frame that an idle client gets": {
    table: "runtimes",
    deno: '1001, "No response from ping frame."',
    bun: '1001, "Idle timeout"',
    node: '1001, "Idle timeout"',
    pinned: { deno: "No response from ping frame." },
  },
  "a process that is out of open files": {
    table: "runtimes",
    deno: "the listener ends: `onError` is called, and another listener starts",
    bun: "keeps listening",
    node: "keeps listening",
    strict:
      "**the listener hears nobody any more**, and nobody is told: leave room below the limit",
    pinned: { deno: "Deno.serve ended by itself", strict: "deaf" },
  },
  "the default of `maxConnections`": {
    table: "runtimes",
    deno: "10,000 without `--allow-all`: the limit on open files cannot be read",
    bun: "from the limit on open files",
    node: "from the limit on open files",
    strict: "10,000 without `--allow-all`",
    pinned: { deno: 10_000, strict: 10_000 },
  },
  "a control character in a header of any response but a 101": {
    table: "runtimes",
    deno: "**ends the process**: a bug in Deno, with or without edgesocket",
    bun: "sent as it is",
    node: "500",
    pinned: { deno: /panicked/, node: 500, strict: 500, "bun-node": 500 },
  },
  "a header of the 101 that is not ASCII": {
    table: "runtimes",
    deno: "Latin-1",
    bun: "Latin-1",
    node: "Latin-1",
    "bun-node": "UTF-8",
    pinned: { "bun-node": "grÃ¼n" },
  },
  "a sub-app behind `app.mount`": {
    table: "runtimes",
    deno: "cannot upgrade: 500",
    bun: "cannot upgrade: 400",
    node: "cannot upgrade: 500",
    pinned: { deno: 500, bun: 400, node: 500, strict: 500, "bun-node": 500 },
  },
  "a client that is silent": {
    table: "runtimes",
    deno: "is dropped after `idleTimeout`",
    bun: "is dropped after `idleTimeout`",
    node: "is dropped after `idleTimeout`",
    workers: "stays: nobody can ping it; Cloudflare ends it when its network is gone",
    pinned: { workers: "stays" },
  },
  "a client that does not read": {
    table: "runtimes",
    deno: "is ended above `maxBackpressure`",
    bun: "is ended above `maxBackpressure`",
    node: "is ended above `maxBackpressure`",
    workers:
      "is not seen: `bufferedAmount` is 0, `drained()` resolves at once, and what waits takes memory of the object",
    pinned: { workers: 0 },
  },
  "`maxConnections` of `handler`": {
    table: "runtimes",
    deno: "counts all connections",
    bun: "counts all connections",
    node: "counts all connections",
    workers: "is no option: requests know nothing of each other; `durable` has it",
    pinned: { workers: "uncounted" },
  },
  "`Upgrade` that names something else beside `websocket`": {
    table: "runtimes",
    deno: "is accepted",
    bun: "is accepted",
    node: "is accepted",
    workers: "asks for no WebSocket",
    pinned: { workers: 200 },
  },
  "the header `Upgrade` of a 426": {
    table: "runtimes",
    deno: "is sent",
    bun: "is sent",
    node: "is sent",
    workers: "is taken off by the runtime",
    pinned: { workers: "taken off" },
  },
  "a client over server-sent events that leaves": {
    table: "runtimes",
    deno: "is noticed at once",
    bun: "is noticed at once",
    node: "is noticed at once",
    workers: "is not noticed: use WebSockets for hubs there, or long polling",
    pinned: { workers: "unnoticed" },
  },
  // handshake
  "no `Host`": {
    table: "handshake",
    deno: "accepted: Deno puts its own address there",
    bun: "refused with 400",
    node: "refused with 400",
    pinned: { deno: 101 },
  },
  "a target that is not a valid URL (`http://a:99999/`)": {
    table: "handshake",
    deno: "refused with 400",
    bun: "accepted: Bun reads `Host`",
    node: "refused with 400",
    pinned: { bun: 101 },
  },
  "an absolute `http://` target over TLS": {
    table: "handshake",
    deno: 'counts as plain `http` for `"same-origin"`',
    bun: "changes nothing",
    node: "changes nothing",
    pinned: { deno: 101 },
  },
  "`Content-Length: 0`": {
    table: "handshake",
    deno: "refused with 400",
    bun: "accepted",
    node: "accepted",
    pinned: { deno: 400 },
  },
  "`Expect: 100-continue`": {
    table: "handshake",
    deno: "accepted",
    bun: "100 first, then accepted",
    node: "accepted",
    pinned: { bun: 100 },
  },
  "two `Upgrade` lines, `websocket` not first": {
    table: "handshake",
    deno: "101, but no socket behind it",
    bun: "accepted",
    node: "accepted",
    pinned: { deno: "no socket" },
  },
  "a bare LF inside a header": {
    table: "handshake",
    deno: "accepted, as two headers",
    bun: "refused with 400",
    node: "refused with 400",
    pinned: { deno: 101 },
  },
  "more than 100 header lines": {
    table: "handshake",
    deno: "refused with 400",
    bun: "accepted",
    node: "accepted, up to 256",
    pinned: { deno: 400 },
  },
  "more than 16 KiB of headers": {
    table: "handshake",
    deno: "accepted",
    bun: "refused with 431",
    node: "refused with 431",
    pinned: { bun: 431, node: 431, strict: 431, "bun-node": 431 },
  },
  "methods that HTTP does not define (`FOO`, `get`)": {
    table: "handshake",
    deno: "refused with 405",
    bun: "the connection is closed",
    node: "refused with 400",
    // RFC 9110 §9.1 would have 501 for what no resource understands, and 405 where only this one does
    // not; Node's parser ends the request before anybody can know which.
    pinned: { bun: "closed", node: 400, strict: 400, "bun-node": 400 },
  },
  "`POST` with a body": {
    table: "handshake",
    deno: "refused with 400",
    bun: "refused with 405",
    node: "refused with 405",
    pinned: { deno: 400 },
  },
  "HTTP/1.0": {
    table: "handshake",
    deno: "accepted: the version is not visible",
    bun: "accepted, likewise",
    node: "refused with 400",
    pinned: { deno: 101, bun: 101 },
  },
  "HTTP/2.0, HTTP/0.9 as text": {
    table: "handshake",
    deno: "refused with 400",
    bun: "refused with 505",
    node: "refused with 400",
    pinned: { bun: 505 },
  },
  "data before the 101, while the route awaits": {
    table: "handshake",
    deno: "delivered after `onOpen`",
    bun: "refused with 400",
    node: "delivered after `onOpen`",
    pinned: { bun: 400 },
  },
  "a request that is never finished": {
    table: "handshake",
    deno: "waits for ever: set a timeout in the proxy",
    bun: "closed after about 12 s",
    node: "closed after about 12 s",
    pinned: { bun: "closed", node: "closed", strict: "closed", "bun-node": "closed" },
  },
  "an upgrade behind a request that is not answered yet": {
    table: "handshake",
    deno: "waits for its turn",
    bun: "the connection is closed",
    node: "waits for its turn",
    "bun-node": "waits for its turn, and is refused with 400",
    pinned: { bun: "closed", "bun-node": 400 },
  },
  "a `Host` that is written in another way than URLs write it (`x:`, `[0:0:0:0:0:0:0:1]`)": {
    table: "handshake",
    deno: "accepted",
    bun: "accepted",
    node: "refused with 400",
    pinned: { node: 400, strict: 400, "bun-node": 400 },
  },
  "a backslash in the path": {
    table: "handshake",
    deno: "accepted",
    bun: "accepted",
    node: "refused with 400",
    pinned: { node: 400, strict: 400, "bun-node": 400 },
  },
  "tabs around the elements of `Connection`": {
    table: "handshake",
    deno: "accepted",
    bun: "accepted",
    node: "refused with 400: Node sees no upgrade",
    "bun-node": "accepted",
    pinned: { node: 400, strict: 400 },
  },
  // bare
  "headers that middleware sets after `next()`": {
    table: "bare",
    deno: "on the 101",
    bun: "lost: the 101 is out by then",
    pinned: { bun: "lost" },
  },
  "headers of the handshake that middleware sets after `next()`": {
    table: "bare",
    deno: "overwrite those of the 101: do not set them",
    bun: "dropped",
    pinned: { deno: "forged" },
  },
  "a middleware that throws after `next()`": {
    table: "bare",
    deno: "**ends the listener**: Deno accepts no other response",
    bun: "ignored, the connection is open",
    pinned: { deno: "listener ends", bun: "ignored" },
  },
  "code of your own that throws after `upgradeWebSocket`, outside Hono": {
    table: "bare",
    deno: "**ends the listener**",
    bun: "printed by Bun, the connection is open",
    pinned: { deno: "listener ends", bun: "ignored" },
  },
  "a control character in a header of the 101": {
    table: "bare",
    deno: "**ends the process**: a bug in Deno",
    bun: "500",
    pinned: { deno: /panicked/, bun: 500 },
  },
  "a `Host` that is not valid in a URL": {
    table: "bare",
    deno: "your code sees it: `new URL(request.url)` throws",
    bun: "the same",
    pinned: { deno: 500, bun: 500 },
  },
  "`shutdown()`, `maxConnections`, your own `onError` and `onRefuse`": {
    table: "bare",
    deno: "not available: errors go to `console.error`",
    bun: "the same",
    pinned: { deno: "console.error", bun: "console.error" },
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The first cell of a row. */
export type GapName = keyof typeof gaps;

/** Gaps of the table on the opening handshake, whose pinned values are outcomes. */
export type HandshakeGap = {
  [N in GapName]: (typeof gaps)[N]["table"] extends "handshake" ? N : never;
}[GapName];

/** What any runtime does instead. */
export type Pinned<N extends GapName> = ValueOf<(typeof gaps)[N]["pinned"]>;

type ValueOf<T> = T extends unknown ? T[keyof T] : never;

/** What the runtime of a column does instead; `undefined` if it does what we want of every one. */
export function pinned<N extends GapName>(column: Column, name: N): Pinned<N> | undefined {
  const { pinned }: Row = gaps[name];
  return pinned[column] as Pinned<N> | undefined;
}

/** What a row says of one runtime. */
export function cellOf(name: GapName, column: Column): string {
  const row: Row = gaps[name];
  return row[column] ?? row.node ?? "";
}

/** One of the tables, as `deno fmt` aligns it. */
export function tableOf(table: keyof typeof TABLES): string {
  const titles: readonly string[] = TABLES[table];
  const rows = Object.entries<Row>(gaps).filter(([, row]) => row.table === table)
    .map(([what, row]) => {
      const { deno, bun, node = "", strict = "as Node", "bun-node": bunNode = "as Node" } = row;
      const { workers = "not tried" } = row;
      return [what, deno, bun, node, strict, bunNode, workers].slice(0, titles.length);
    });
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length))
  );
  const line = (cells: readonly string[], filler = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!, filler)).join(" | ")} |`;
  const rule = titles.map(() => "");
  return [line(titles), line(rule, "-"), ...rows.map((row) => line(row))].join("\n");
}
