import { assertEquals } from "@std/assert";
import { Pulse, type PulseLimits } from "../../src/hubs/pulse.ts";

const LIMITS: PulseLimits = {
  handshakeTimeout: 5,
  keepAliveInterval: 10,
  clientTimeoutInterval: 20,
};

/** The pulse of a client that has shaken hands at 0. */
function greeted(): Pulse {
  const pulse = new Pulse(0);
  pulse.greeted();
  return pulse;
}

Deno.test("who does not shake hands in time is late, whatever else comes", () => {
  const pulse = new Pulse(100);
  pulse.heard();
  assertEquals(pulse.look(104, LIMITS), undefined);
  pulse.heard();
  assertEquals(pulse.look(105, LIMITS), "late");
});

Deno.test("a ping is due when nothing was sent, and puts off the next", () => {
  const pulse = greeted();
  assertEquals(pulse.look(9, LIMITS), undefined);
  assertEquals(pulse.look(10, LIMITS), "ping");
  pulse.sent();
  assertEquals(pulse.look(11, LIMITS), undefined);
  assertEquals(pulse.look(20, LIMITS), undefined);
  assertEquals(pulse.look(21, LIMITS), "ping");
});

Deno.test("who never pings is never lost", () => {
  const pulse = greeted();
  pulse.heard();
  for (const now of [20, 100, 1_000]) {
    pulse.sent();
    assertEquals(pulse.look(now, LIMITS), undefined);
  }
});

Deno.test("who pings and then is silent is lost", () => {
  const pulse = greeted();
  pulse.pinged();
  pulse.heard();
  pulse.sent();
  assertEquals(pulse.look(5, LIMITS), undefined);
  pulse.sent();
  assertEquals(pulse.look(24, LIMITS), undefined);
  assertEquals(pulse.look(25, LIMITS), "lost");
});

Deno.test("whatever comes is a sign of life", () => {
  const pulse = greeted();
  pulse.pinged();
  for (const now of [15, 30, 45]) {
    pulse.heard();
    pulse.sent();
    assertEquals(pulse.look(now, LIMITS), undefined);
  }
});

Deno.test("a pause of the process is nobody's silence", () => {
  const pulse = greeted();
  pulse.pinged();
  pulse.forgive(1_000);
  pulse.sent();
  assertEquals(pulse.look(1_000, LIMITS), undefined);
  pulse.sent();
  assertEquals(pulse.look(1_020, LIMITS), "lost");
});

Deno.test("by another clock, it begins anew", () => {
  const pulse = new Pulse(100_000);
  pulse.greeted();
  pulse.pinged();
  pulse.restart(5_000);
  assertEquals(pulse.look(5_000 + LIMITS.keepAliveInterval - 1, LIMITS), undefined);
  assertEquals(pulse.look(5_000 + LIMITS.keepAliveInterval, LIMITS), "ping");
});
