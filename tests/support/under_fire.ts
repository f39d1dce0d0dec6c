import { assertEquals } from "@std/assert";
import { Ledger } from "./ledger.ts";
import type { ProcessServer } from "./process_server.ts";
import { ReplayClient } from "./replay_client.ts";

/** Messages of one burst, and milliseconds between two. */
const EACH = 5;
const PAUSE = 40;

/** What became of the messages. */
export interface Aftermath {
  /** What a subscriber in each process got. */
  readonly ledgers: readonly [Ledger, Ledger];
  /** Messages of which their publishers know that they may not have got out. */
  readonly failed: ReadonlySet<string>;
  /** Messages of each publisher. */
  readonly count: number;
}

/**
 * Publishes from two processes while something happens, and keeps a ledger of what subscribers in both
 * of them get. `a` is published in the first one, `b` in the second.
 */
export async function underFire(
  servers: readonly [ProcessServer, ProcessServer],
  happen: () => Promise<unknown>,
): Promise<Aftermath> {
  const names = ["a", "b"] as const;
  const publishers = await Promise.all(servers.map((server) => ReplayClient.open(server, "p")));
  const subscribers = await Promise.all(servers.map((server) => ReplayClient.open(server, "s")));
  for (const subscriber of subscribers) await subscriber.join("room");
  const ledgers = [new Ledger(), new Ledger()] as const;
  const reading = subscribers.map(async (subscriber, i) => {
    for (;;) {
      const frame = await subscriber.frame();
      if (frame.message === "end") return;
      ledgers[i]!.take(frame);
    }
  });
  // Nobody waits for it until everything is over.
  for (const loop of reading) loop.catch(() => {});
  let over = false;
  let bursts = 0;
  const publishing = (async () => {
    while (!over) {
      for (const [i, publisher] of publishers.entries()) {
        const start = bursts * EACH;
        publisher.do({ do: "burst", topic: "room", data: names[i]!, count: EACH, start });
      }
      bursts++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 10 * PAUSE));
  await happen();
  await new Promise((resolve) => setTimeout(resolve, 10 * PAUSE));
  over = true;
  await publishing;
  for (const server of servers) await server.until({ on: "burst" }, bursts);
  await publishEnd(servers[0], publishers[0]!);
  await Promise.all(reading);
  const failed = servers.flatMap((server) =>
    server.all({ on: "burst" }).flatMap((report) => report.failed as string[])
  );
  for (const client of [...publishers, ...subscribers]) client[Symbol.dispose]();
  return { ledgers, failed: new Set(failed), count: bursts * EACH };
}

/** Publishes `end` to the room: tries until it is out. */
export async function publishEnd(server: ProcessServer, publisher: ReplayClient): Promise<void> {
  for (let tries = 0;; tries++) {
    const told = server.all({ on: "published" }).length;
    publisher.do({ do: "publish", topic: "room", data: "end" });
    if ((await server.until({ on: "published" }, told + 1)).relayed) return;
    if (tries === 100) throw new Error("expected an engine that is back, got none");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Nothing is missing, out of order or twice, and nobody was told of a gap. */
export function nothingLost({ ledgers, failed, count }: Aftermath): void {
  for (const ledger of ledgers) {
    for (const name of ["a", "b"]) ledger.complete(name, count, failed);
    assertEquals(ledger.gaps, []);
  }
}
