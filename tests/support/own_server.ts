import type { Clock } from "../../src/base/clock.ts";
import type { Connection } from "../../src/connection/connection.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import type { ServerAdapter } from "../../src/server/adapter.ts";
import { Route, type UpgradeOptions } from "../../src/server/route.ts";
import { type ServeOptions, startServer, type WebSocketServer } from "../../src/server/serve.ts";

/** A server in this very process, on real sockets, all of whose paths are one route. */
export interface OwnServer extends AsyncDisposable {
  readonly server: WebSocketServer;
  readonly port: number;
  /** What its connections told, in order. */
  readonly told: string[];
  readonly reported: unknown[];
  readonly connections: Connection[];
  /** Waits until `told` has this. */
  until(line: string): Promise<void>;
}

/** Starts one whose connections echo, and do what `events` says beside. */
export function ownServer(
  adapter: ServerAdapter,
  events: WebSocketEvents = {},
  options: UpgradeOptions = {},
  serveOptions: Partial<ServeOptions> = {},
  clock?: Clock,
): OwnServer {
  const route = new Route(options, () => {
    throw new Error("expected a wrapped server");
  });
  const told: string[] = [];
  const reported: unknown[] = [];
  const connections: Connection[] = [];
  const waiting = new Set<() => void>();
  const tell = (line: string) => {
    told.push(line);
    for (const look of waiting) look();
  };
  const all: WebSocketEvents = {
    onMessage: (event, connection) => connection.send(event.data),
    ...events,
    onOpen(event, connection) {
      connections.push(connection);
      tell("open");
      return events.onOpen?.(event, connection);
    },
    onClose: ({ code, cause }) => tell(`close ${code} ${cause}`),
  };
  const server = startServer(
    {
      fetch: (request, context) => route.answer(request, all, context),
      port: 0,
      hostname: "127.0.0.1",
      shutdownTimeout: 1,
      onListen() {},
      onReport() {},
      onError: (error) => reported.push(error),
      ...serveOptions,
    },
    () => adapter,
    clock,
  );
  return {
    server,
    port: server.port,
    told,
    reported,
    connections,
    async until(line) {
      const end = Date.now() + 10_000;
      while (!told.includes(line)) {
        const left = end - Date.now();
        if (left <= 0) throw new Error(`expected "${line}", got ${told}`);
        let look = () => {};
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          waiting.add(look = resolve);
          timer = setTimeout(resolve, left);
        });
        waiting.delete(look);
        clearTimeout(timer);
      }
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
