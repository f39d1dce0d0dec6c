/** What publishers over Redis share: the client, set up as the documentation says, and 100 in flight. */
import { obey } from "./control.ts";

/** Messages that wait for an answer at the same time. */
const IN_FLIGHT = 100;

/** What is published. */
export const MESSAGE = "x".repeat(64);

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

/** Publishes once, and resolves when the engine has it. */
export type Publish = () => Promise<unknown>;

/** Obeys: connects to the engine on a port, then publishes as often as it is told to. */
export function obeyPublishing(connect: (client: RedisClient) => Promise<Publish>): void {
  let publish: Publish | undefined;
  obey(0, {
    async connect({ port }: { readonly port: number }) {
      // By name at run time: it is installed for the bench alone.
      const name = "redis";
      const { createClient } = await import(name);
      publish = await connect(createClient({
        url: `redis://127.0.0.1:${port}`,
        disableOfflineQueue: true,
        pingInterval: 5_000,
        socket: { socketTimeout: 10_000, reconnectStrategy: 500 },
      }));
    },
    async publish({ count }: { readonly count: number }) {
      let left = count;
      const lane = async () => {
        while (left-- > 0) await publish!();
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    },
  });
}
