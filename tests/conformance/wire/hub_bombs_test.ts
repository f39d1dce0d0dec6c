/** Messages of MessagePack that claim to be large: what they cost a process, measured from outside. */
import { assert, assertEquals } from "@std/assert";
import { HubClient } from "../../support/hub_client.ts";
import { messagePack } from "../../support/messagepack.ts";
import type { ProcessServer } from "../../support/process_server.ts";
import { wireRuntimes } from "../../support/runtimes.ts";
import { suite } from "../../support/suite.ts";

const KIB = 1024;

/** KiB that a hundred bombs may add to the most that the process has had: for its collector. */
const ENOUGH = 64 * KIB;

/** Bytes of a message, with three for its length: the most that is taken by default. */
const SIZE = 32 * KIB;

/** Clients, one after the other. */
const CLIENTS = 100;

/** The most memory that a process has had, in KiB. */
function peakOf({ pid }: ProcessServer): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]);
}

/** A message as large as may be, in which each list claims all the bytes behind it. */
function bomb(): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(SIZE);
  message.set([0xfd, 0xff, 0x01]);
  const view = new DataView(message.buffer);
  for (let at = 3; at + 5 <= SIZE; at += 5) {
    message[at] = 0xdd;
    view.setUint32(at + 1, SIZE - at - 5);
  }
  return message;
}

for (const runtime of wireRuntimes) {
  const test = suite(runtime, { APP: "signalr" });

  test(
    "lists that claim to be long cost next to nothing, where as many bytes are no harm",
    async (server) => {
      const process = server as ProcessServer;
      // What large messages in earnest take, the process has then.
      for (let i = 0; i < CLIENTS; i++) {
        using client = await HubClient.open(process, { protocol: messagePack });
        const list = Array(SIZE - 100).fill(null);
        assertEquals((await client.ask("echo", list) as unknown[]).length, list.length);
      }
      const before = peakOf(process);
      for (let i = 0; i < CLIENTS; i++) {
        using client = await HubClient.open(process, { protocol: messagePack });
        client.client.send(bomb());
        assertEquals((await client.next())?.type, 7);
      }
      const grown = peakOf(process) - before;
      assert(grown < ENOUGH, `${before} KiB before, ${grown} KiB more`);
      if (Deno.env.get("PEAKS")) console.log(`${runtime.name}: ${before} KiB, and ${grown} more`);
    },
    { needs: "/proc" },
  );
}
