/** What servers of several processes have in common: an engine, and a way to start another process. */
import process from "node:process";
import { redisClient } from "./clients.ts";
import { obey } from "./control.ts";

/** What is installed for the bench alone is imported by a name that no compiler looks up. */
// deno-lint-ignore no-explicit-any -- of other people's packages
export const peer = (name: string): Promise<any> => import(name);

/** Two clients of a Redis on loopback: one that publishes, and one that subscribes. */
export async function redisPair(port: number) {
  const publisher = await redisClient(port);
  const subscriber = publisher.duplicate();
  subscriber.on("error", () => {});
  for (const client of [publisher, subscriber]) await client.connect();
  return { publisher, subscriber };
}

/**
 * Obeys, with an engine once there is one.
 *
 * @param speaks How the server is spoken to.
 * @param connect Goes on when other processes can be reached through the engine at this port.
 */
export function obeyScaling(
  port: number,
  speaks: string,
  connect: (engine: number) => Promise<void>,
): void {
  const { Deno: deno } = globalThis as { Deno?: unknown };
  const flags = deno === undefined ? [] : ["run", "--quiet", "--no-lock", "--allow-all"];
  obey(port, {
    speaks: () => speaks,
    connect: ({ port }: { port: number }) => connect(port),
    command: () => [process.execPath, ...flags, process.argv[1]],
  });
}
