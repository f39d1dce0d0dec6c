import { assertEquals } from "@std/assert";
import { type ClientHalf, WorkersHandovers } from "../../src/adapters/workers_handovers.ts";
import type { CloseInfo } from "../../src/connection/close.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import { FakeClock } from "../support/fake_clock.ts";

function handing() {
  const clock = new FakeClock();
  const handovers = new WorkersHandovers();
  const told: string[] = [];
  const halves: ClientHalf[] = [];
  const stop = handovers.start(clock);
  const add = (name: string, taken: boolean) => {
    const half: ClientHalf = {
      accept() {
        told.push(`${name} is accepted`);
        if (taken) throw new TypeError("already used in a response");
      },
      close: () => void told.push(`${name} is closed`),
    };
    halves.push(half);
    const ended = ({ code, cause }: CloseInfo) => told.push(`${name} ends: ${code} ${cause}`);
    handovers.add({ ended } as unknown as ServerConnection, half);
  };
  return { clock, handovers, told, halves, stop, add };
}

Deno.test("what nobody has taken over in time ends, and what was taken goes on", async () => {
  const { clock, handovers, told, add } = handing();
  add("a", true);
  add("b", false);
  clock.pass(3_000);
  add("c", false);
  assertEquals(clock.pending, 1);
  clock.pass(1_999);
  assertEquals(told, []);
  const { settled } = handovers;
  clock.pass(1);
  assertEquals(told, ["a is accepted", "b is accepted", "b ends: 1006 network", "b is closed"]);
  assertEquals(clock.pending, 1);
  clock.pass(3_000);
  await settled;
  await handovers.settled;
  assertEquals([told.slice(4), clock.pending], [
    ["c is accepted", "c ends: 1006 network", "c is closed"],
    0,
  ]);
});

Deno.test("where all have ended, nobody is looked at, and nobody waits", async () => {
  const { clock, handovers, told, stop, add } = handing();
  add("a", false);
  const { settled } = handovers;
  stop();
  assertEquals(clock.pending, 0);
  await settled;
  clock.pass(10_000);
  assertEquals([told, clock.pending], [[], 0]);
  // Others come.
  handovers.start(clock);
  add("b", true);
  clock.pass(5_000);
  assertEquals([told, clock.pending], [["b is accepted"], 0]);
});

Deno.test("what somebody in the same Worker has taken over is not looked at", async () => {
  const { clock, handovers, told, halves, add } = handing();
  for (const name of ["a", "b"]) add(name, false);
  halves[0]!.accept();
  clock.pass(5_000);
  await handovers.settled;
  assertEquals(told, [
    "a is accepted",
    "b is accepted",
    "b ends: 1006 network",
    "b is closed",
  ]);
});
