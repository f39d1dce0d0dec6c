import { assertEquals } from "@std/assert";
import { OPCODE, type RawClient } from "./raw_client.ts";

/** A client that does what it should, and how long that takes while others do something else. */
export interface Neighbour extends AsyncDisposable {
  /** Milliseconds that 99 of 100 messages stay below, of those since it was asked last. */
  p99(): number;
}

/** A neighbour that goes on echoing, every `pause` milliseconds, until it is disposed. */
export function neighbour(client: RawClient, pause = 5): Neighbour {
  const times: number[] = [];
  let going = true;
  const done = (async () => {
    while (going) {
      const start = performance.now();
      client.send(OPCODE.text, "still here?");
      assertEquals(await client.text(), "still here?");
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  })();
  return {
    p99() {
      const sorted = times.splice(0).toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length * 0.99)]!;
    },
    async [Symbol.asyncDispose]() {
      going = false;
      await done;
    },
  };
}
