/** What compression costs and saves: bytes, time of the processor, memory of each connection. */
import { assertEquals, assertLess } from "@std/assert";
import { COMPRESSED, deflated, OFFER } from "../support/deflate.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../support/runtimes.ts";
import { hasProc } from "../support/suite.ts";

const KIB = 1024;
const CONNECTIONS = 500;
const MESSAGES = 4_000;

/** What many apps send: a list of things in JSON, 4 KiB of it. */
const message = (seed: number): string => {
  const things = Array.from({ length: 80 }, (_, i) => ({
    id: seed * 7_919 + i * 104_729,
    name: `thing ${(seed + i) % 97}`,
    price: (seed * 31 + i * 17) % 1_000 / 100,
    tags: ["new", "sale", "blue"].slice(i % 3),
  }));
  return JSON.stringify(things).slice(0, 4 * KIB);
};

const rss = ({ pid }: ProcessServer): number =>
  KIB * Number(Deno.readTextFileSync(`/proc/${pid}/status`).match(/^VmRSS:\s+(\d+) kB$/m)![1]);

/** Milliseconds of the processor that a process has taken; ticks are hundredths of a second. */
const processor = ({ pid }: ProcessServer): number => {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
};

async function measure(runtime: WireRuntime, compression: boolean) {
  const env = { APP: "compression", COMPRESSION: `${compression}`, QUIET: "1" };
  await using server = await runtime.start(env);
  const echo = async (client: RawClient, seed: number) => {
    const text = message(seed);
    if (compression) client.send(OPCODE.text, deflated(text), COMPRESSED);
    else client.send(OPCODE.text, text);
    assertEquals((await client.frame())?.rsv, compression ? 4 : 0);
  };
  using one = await RawClient.open(server.port, "/echo", OFFER);
  for (let i = 0; i < 500; i++) await echo(one, i);
  const [bytes, time] = [one.socket.bytesRead, processor(server)];
  for (let i = 0; i < MESSAGES; i++) await echo(one, i);
  const each = {
    bytes: (one.socket.bytesRead - bytes) / MESSAGES,
    microseconds: 1_000 * (processor(server) - time) / MESSAGES,
  };
  const before = rss(server);
  const clients: RawClient[] = [];
  try {
    for (let i = 0; i < CONNECTIONS; i++) {
      const client = await RawClient.open(server.port, "/echo", OFFER);
      clients.push(client);
      await echo(client, i);
    }
    return { ...each, memory: (rss(server) - before) / CONNECTIONS };
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

for (const runtime of wireRuntimes) {
  if (!runtime.abilities.compression) continue;
  Deno.test({
    name: `${runtime.name}: what compression costs and saves [needs /proc]`,
    ignore: !hasProc,
    async fn() {
      const [without, compressed] = [await measure(runtime, false), await measure(runtime, true)];
      const line = (what: string, { bytes, microseconds, memory }: typeof without) =>
        console.log(
          `${runtime.name}, ${what}: ${Math.round(bytes)} bytes and ${Math.round(microseconds)}`,
          `microseconds for each echo of 4 KiB, ${(memory / KIB).toFixed(1)} KiB a connection`,
        );
      line("not compressed", without);
      line("compressed", compressed);
      assertLess(compressed.bytes, without.bytes / 2);
    },
  });
}
