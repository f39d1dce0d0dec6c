import { type Connection, type RouteOptions, upgradeWebSocket } from "../../mod.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import {
  connect,
  createTestServer,
  FakeClock,
  type TestClient,
  type TestServer,
} from "../../src/testing.ts";

/** A connection in memory, its client, and what else a test of its clothes needs. */
export interface Opened extends AsyncDisposable {
  readonly connection: Connection;
  readonly client: TestClient;
  readonly server: TestServer;
  readonly clock: FakeClock;
  /** What users of the server were told. */
  readonly reported: unknown[];
}

/** Opens a connection whose events have no `onMessage`. */
export async function opened(
  events: WebSocketEvents = {},
  options: RouteOptions = {},
  path = "/ws?room=1",
): Promise<Opened> {
  const reported: unknown[] = [];
  const clock = new FakeClock();
  const made = Promise.withResolvers<Connection>();
  const server = createTestServer(
    (request) =>
      upgradeWebSocket(request, {
        ...events,
        onOpen(event, connection) {
          made.resolve(connection);
          return events.onOpen?.(event, connection);
        },
      }, options),
    { clock, onError: (error) => reported.push(error), onReport() {} },
  );
  const client = await connect(server, path, { protocols: ["chat"], headers: { "x-room": "one" } });
  return {
    connection: await made.promise,
    client,
    server,
    clock,
    reported,
    async [Symbol.asyncDispose]() {
      client.resume();
      client.vanish();
      await server.shutdown();
    },
  };
}

/** What stands for a connection whose messages do not end, and counts how many were asked for. */
export function endless(): { readonly connection: Connection; asked(): number } {
  let asked = 0;
  const messages = {
    next() {
      asked++;
      return Promise.resolve({ done: false, value: "x" });
    },
    return: () => Promise.resolve({ done: true, value: undefined }),
  };
  const connection = {
    drained: () => Promise.resolve(),
    close() {},
    closed: new Promise(() => {}),
    [Symbol.asyncIterator]: () => messages,
  };
  return { connection: connection as unknown as Connection, asked: () => asked };
}

/** Lets everything happen that is under way. */
export async function settled(turns = 10): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}
