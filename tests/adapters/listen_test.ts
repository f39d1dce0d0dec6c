import { assertEquals, assertThrows } from "@std/assert";
import { findChannels } from "../../src/adapters/channels.ts";
import { listen } from "../../src/adapters/listen.ts";

const PING = { connectionId: "a", path: "/ws", remoteAddress: "10.0.0.1" };

Deno.test("a listener hears until it is stopped, each time that it listens", () => {
  const { ping } = findChannels();
  const told: unknown[] = [];
  const listener = (message: unknown) => void told.push(message);
  const stops = [listen("edgesocket:ping", listener), listen("edgesocket:ping", listener)];
  ping.publish(PING);
  assertEquals(told, [PING, PING]);
  stops[0]!();
  stops[0]!();
  ping.publish(PING);
  assertEquals(told.length, 3);
  stops[1]!();
  ping.publish(PING);
  assertEquals([told.length, ping.hasSubscribers], [3, false]);
});

Deno.test("where there are no channels, whoever wants to listen is told", () => {
  const { process } = globalThis as { process?: unknown };
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    assertThrows(
      () => listen("edgesocket:ping", () => {}),
      Error,
      "Cannot listen: expected node:diagnostics_channel, got a runtime without it",
    );
  } finally {
    Object.defineProperty(globalThis, "process", { value: process, configurable: true });
  }
});
