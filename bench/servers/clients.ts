/** Clients of engines, set up as the documentation says. By names at run time: they are installed for the bench alone. */

/** The part of node-redis that the bench uses. */
export interface RedisClient {
  readonly options?: object;
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  duplicate(): RedisClient;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channels: string[], listener: unknown, bufferMode: true): Promise<void>;
  unsubscribe(channels: string[]): Promise<void>;
  sendCommand(args: never, options?: { readonly timeout?: number }): Promise<unknown>;
  on(event: string, listener: (error: Error) => void): unknown;
}

/** A client of Redis, not connected yet. */
export async function redisClient(port: number): Promise<RedisClient> {
  const name: string = "redis";
  const { createClient } = await import(name);
  const client: RedisClient = createClient({
    url: `redis://127.0.0.1:${port}`,
    disableOfflineQueue: true,
    pingInterval: 5_000,
    socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
  });
  // The engine ends before the server does.
  client.on("error", () => {});
  return client;
}

/** A connection to NATS. */
export async function natsConnection(port: number) {
  const transport: string = "@nats-io/transport-node";
  const { connect }: typeof import("npm:@nats-io/transport-node@^3.4.0") = await import(transport);
  return await connect({
    servers: `127.0.0.1:${port}`,
    maxReconnectAttempts: -1,
    pingInterval: 5_000,
  });
}

/** The same with the client and the manager of JetStream over it. */
export async function jetStream(port: number) {
  const streams: string = "@nats-io/jetstream";
  const { jetstream, jetstreamManager }: typeof import("npm:@nats-io/jetstream@^3.4.0") =
    await import(streams);
  const connection = await natsConnection(port);
  const manager = await jetstreamManager(connection);
  return { connection, jetstream: { client: jetstream(connection), manager } };
}
