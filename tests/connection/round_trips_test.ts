import { assertEquals, assertRejects } from "@std/assert";
import type { CloseInfo } from "../../src/connection/close.ts";
import { pongs } from "../../src/connection/pongs.ts";
import { roundTrip } from "../../src/connection/round_trips.ts";
import { FakeClock } from "../support/fake_clock.ts";

function pinging() {
  const clock = new FakeClock();
  const connection = {};
  const sent: string[] = [];
  const { promise: closed, resolve: end } = Promise.withResolvers<CloseInfo>();
  const ping = (payload: string) => void sent.push(payload);
  return {
    clock,
    sent,
    ask: () => roundTrip(connection, { closed, ping, clock }),
    pong: (payload: string) => pongs.get(connection)!(payload),
    end: () => end({ code: 1006, reason: "", wasClean: false, cause: "network" }),
  };
}

Deno.test("a pong tells how long it took since its own ping", async () => {
  const { ask, sent, pong, clock } = pinging();
  const first = ask();
  clock.pass(10);
  const second = ask();
  clock.pass(5);
  pong(sent[0]!);
  clock.pass(5);
  pong(sent[1]!);
  assertEquals([await first, await second], [15, 10]);
});

Deno.test("a client that answers only the last ping has answered all", async () => {
  const { ask, sent, pong, clock } = pinging();
  const all = [ask(), ask(), ask()];
  clock.pass(7);
  pong(sent[2]!);
  assertEquals(await Promise.all(all), [7, 7, 7]);
});

Deno.test("pongs that nobody asked for, and those of the watchdog, are no answers", async () => {
  const { ask, sent, pong, clock } = pinging();
  const one = ask();
  for (const payload of ["", "x", "edgesocket", "edgesocket x", "1e9", "edgesocket 0"]) {
    pong(payload);
  }
  clock.pass(3);
  pong(sent[0]!);
  pong(sent[0]!);
  assertEquals(await one, 3);
});

Deno.test("the end of the connection is the end of all pings", async () => {
  const { ask, end } = pinging();
  const all = [ask(), ask()];
  end();
  for (const one of all) {
    await assertRejects(
      () => one,
      Error,
      "Cannot ping: expected a pong, got the end (1006, network)",
    );
  }
});

Deno.test("where nothing can be pinged, that is an error", async () => {
  const closed = new Promise<CloseInfo>(() => {});
  await assertRejects(
    () => roundTrip({}, { closed, ping: undefined, clock: new FakeClock() }),
    Error,
    "Cannot ping: expected an open connection, on a runtime that can ping",
  );
});
