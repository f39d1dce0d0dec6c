/** One long message to a client that takes its time: it moves, so it is not stuck. */
import { assertEquals } from "@std/assert";
import { RawClient } from "../../support/raw_client.ts";
import { type WireRuntime, wireRuntimes } from "../../support/runtimes.ts";
import { route, suite } from "../../support/suite.ts";
import { within } from "../../support/within.ts";

const SIZE = 32 * 1024 * 1024;
/** What the client reads at a time, and milliseconds in between: twice the timeout in all. */
const STEP = 1024 * 1024;
const REST = 100;

function slowMessageSuite(runtime: WireRuntime): void {
  const test = suite(runtime);

  test("a client may take longer for one message than backpressureTimeout", async (server) => {
    using client = await RawClient.open(server.port, route({ backpressureTimeout: 1.5 }));
    const { socket } = client;
    let taken = 0;
    let step = 0;
    const whole = new Promise<void>((resolve, reject) => {
      socket.removeAllListeners("data");
      socket.on("data", (chunk: Uint8Array) => {
        taken += chunk.length;
        step += chunk.length;
        if (taken >= SIZE) return resolve();
        if (step < STEP) return;
        step = 0;
        socket.pause();
        setTimeout(() => socket.resume(), REST);
      });
      socket.on("close", () => reject(new Error(`closed after ${taken} bytes`)));
    });
    client.send(1, `!push 1 ${SIZE}`);
    await within(whole, "the whole message");
    assertEquals(server.all({ on: "close" }), []);
    client.close(1000);
  });
}

for (const runtime of wireRuntimes) slowMessageSuite(runtime);
