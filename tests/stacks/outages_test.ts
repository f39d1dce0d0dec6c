/** The clients of others in the outages that ours goes through, and what they lose there. */
import { assert, assertEquals } from "@std/assert";
import "npm:@microsoft/signalr@10.0.11";
import "npm:socket.io@4.8.4";
import "npm:socket.io-client@4.8.4";
import type { TrialResult } from "../fixtures/outage_trial.ts";
import { bundled } from "../support/bundle.ts";
import { HubProxy } from "../support/hub_proxy.ts";
import { eachLine } from "../support/lines.ts";
import { ALL, SHAPE, twoOutages } from "../support/outages.ts";
import { deno, node } from "../support/runtimes.ts";
import type { ProcessServer } from "../support/process_server.ts";

const CLIENT = new URL("../fixtures/others_trial.ts", import.meta.url);
const SOCKET_IO = new URL("../fixtures/trial_socket_io.ts", import.meta.url);

/** Milliseconds for all that a client does. */
const PATIENCE = 60_000;

/** Milliseconds in which everything has to be there: some send one call after the other. */
const LONGER = 20_000;

/** What becomes of the trial, and the calls that ran twice. */
interface Found extends TrialResult {
  readonly ranTwice: number;
}

async function trial(which: string, server: ProcessServer): Promise<Found> {
  await using proxy = await HubProxy.start(server.port);
  const url = proxy.url(which.startsWith("microsoft") ? `/hub?user=${which}` : "");
  const [program, ...args] = [...node.command, (await bundled(CLIENT)).pathname, which, url];
  const client = new Deno.Command(program!, {
    args: [...args, JSON.stringify({ ...SHAPE, patience: LONGER })],
    stdin: "null",
    stdout: "piped",
    signal: AbortSignal.timeout(PATIENCE),
  }).spawn();
  let result: TrialResult | undefined;
  let outages: Promise<void> | undefined;
  await eachLine(client.stdout, (line) => {
    if (line === "connected") outages = twoOutages(proxy);
    else result = JSON.parse(line);
  });
  await client.status;
  await outages;
  const ran = server.all({ on: "ran" }).map(({ value }) => value);
  return { ...result!, ranTwice: ran.length - new Set(ran).size };
}

Deno.test("other clients lose calls or events in the outages that ours goes through", async () => {
  const names = ["microsoft", "microsoft-stateful", "socket.io", "socket.io-retries"];
  const found = await Promise.all(names.map(async (name) => {
    await using server = name.startsWith("microsoft")
      ? await deno.start({ APP: "client" })
      : await node.start({}, SOCKET_IO);
    return [name, await trial(name, server)] as const;
  }));
  for (const [name, { errors: _, ...result }] of found) {
    console.log(`${name}: ${JSON.stringify(result)}`);
    const { answered, failed, unsettled } = result;
    assertEquals(answered + failed + unsettled, SHAPE.calls, name);
    // With retries, socket.io has all answers, and calls may run twice: that is not for certain.
    if (name === "socket.io-retries") continue;
    assert(answered < ALL.answered, `${name} has all answers: docs/client.md says otherwise`);
  }
});
