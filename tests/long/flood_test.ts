/**
 * Floods of handshakes and of tiny messages from one address, with limits and without: what becomes of
 * the flood, and of somebody else who echoes meanwhile. Times are printed, beside those without a
 * flood, because they are those of the machine; what is asserted is what the limits say.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { loadavg } from "node:os";
import { numbered } from "../support/bursts.ts";
import { root } from "../support/command.ts";
import { type Neighbour, neighbour } from "../support/neighbour.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { OPCODE, RawClient } from "../support/raw_client.ts";
import { deno, type WireRuntime, wireRuntimes } from "../support/runtimes.ts";

const SERVER = new URL("tests/fixtures/flood_server.ts", root);
const FLOODER = new URL("tests/fixtures/flooder.ts", root);

/** How many a second. */
const RATES = { handshakes: 10_000, messages: 100_000 } as const;

/** Milliseconds for which each flood has begun before anybody looks, and for which it is looked at. */
const BEFORE = 2_000;
const LOOKED_AT = 4_000;

/** Where neighbours come from. */
const FRIEND = { "X-Forwarded-For": "198.51.100.1" };

interface State {
  readonly messages: number;
  readonly handshakes: number;
  readonly refused: number;
  readonly ended: number;
  readonly processor: number;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stateOf = async (server: ProcessServer): Promise<State> =>
  await (await server.request("/state")).json();

/** What happens each second, and the p99 of a neighbour. */
async function look(server: ProcessServer, echo: Neighbour) {
  echo.p99();
  const [before, start] = [await stateOf(server), performance.now()];
  await wait(LOOKED_AT);
  const p99 = echo.p99();
  const [after, seconds] = [await stateOf(server), (performance.now() - start) / 1_000];
  const rate = (name: keyof State) => Math.round((after[name] - before[name]) / seconds);
  return {
    p99,
    messages: rate("messages"),
    handshakes: rate("handshakes"),
    refused: rate("refused"),
    ended: rate("ended"),
    // Milliseconds of each second, so tenths of a percent.
    processor: rate("processor") / 10,
  };
}

/** Floods a server while somebody looks. */
async function flooded(kind: keyof typeof RATES, server: ProcessServer, echo: Neighbour) {
  const env = { KIND: kind, PORT: `${server.port}`, RATE: `${RATES[kind]}` };
  // It comes from elsewhere, so that it may not take a core from neighbours.
  await using flooder = await deno.start(env, FLOODER, ["nice", "-n", "19"]);
  await wait(BEFORE);
  const seen = await look(server, echo);
  flooder.signal("SIGTERM");
  const { done, statuses } = await flooder.until({ on: "flooded" });
  return { ...seen, done: done as number, statuses: statuses as Record<string, number> };
}

/** A client that sends a lot at once, and has it echoed, is healthy. */
async function bursts(server: ProcessServer): Promise<void> {
  using client = await RawClient.open(server.port, "/echo", FRIEND);
  for (let i = 0; i < 1_000; i++) client.send(OPCODE.text, numbered(i, 65_536));
  for (let i = 0; i < 1_000; i++) {
    if (await client.text() !== numbered(i, 65_536)) throw new Error(`message ${i} is lost`);
  }
}

function floodSuite(runtime: WireRuntime): void {
  for (const limits of ["none", "proposed", "chat"] as const) {
    Deno.test(`${runtime.name}: floods against a server with limits: ${limits}`, async () => {
      await using server = await runtime.start({ LIMITS: limits }, SERVER);
      // Its own messages are below the limit of a chat only if they are few.
      using friend = await RawClient.open(server.port, "/echo", FRIEND);
      await using echo = neighbour(friend, limits === "chat" ? 250 : 5);
      await wait(1_000);
      const calm = await look(server, echo);
      for (const kind of ["handshakes", "messages"] as const) {
        const flood = await flooded(kind, server, echo);
        await wait(500);
        const again = await look(server, echo);
        const control = Math.max(calm.p99, again.p99);
        console.log(
          `${runtime.name}, limits: ${limits}, ${RATES[kind]} ${kind}/s: p99 of a neighbour`,
          `${flood.p99.toFixed(2)} ms, ${(flood.p99 / control).toFixed(1)} times ${
            control.toFixed(2)
          } ms;`,
          `each second: ${flood.handshakes} opened, ${flood.refused} refused,`,
          `${flood.messages} messages taken, ${flood.ended} ended, ${flood.processor} % of a core;`,
          `answers ${JSON.stringify(flood.statuses)}; load ${loadavg()[0]!.toFixed(1)}`,
        );
        assertGreater(flood.done, 0);
        const { "429": refused = 0 } = flood.statuses;
        if (limits === "none") assertEquals(refused, 0);
        else if (kind === "handshakes") assertGreater(refused, flood.statuses["101"] ?? 0);
        if (limits === "chat") assert(flood.messages < 5_000, `${flood.messages} taken`);
      }
      if (limits !== "chat") await bursts(server);
    });
  }
}

for (const runtime of wireRuntimes) {
  // What is Deno's or Bun's own is measured; the others have the same limits over other sockets.
  if (runtime.modes.includes("bare") || runtime.abilities.progress === "bytes") floodSuite(runtime);
}
