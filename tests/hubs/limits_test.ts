import { assertEquals, assertThrows } from "@std/assert";
import { checkHubLimits, HUB_LIMITS, type HubLimits } from "../../src/hubs/limits.ts";

Deno.test("limits have the defaults of SignalR, and our own", () => {
  assertEquals(checkHubLimits({}), {
    handshakeTimeout: 15_000,
    keepAliveInterval: 15_000,
    clientTimeoutInterval: 30_000,
    maximumReceiveMessageSize: 32_768,
    maximumParallelInvocationsPerClient: 1,
    maxStreams: 100,
    maxClientResults: 100,
    maxGroups: 128,
    maxQueue: 16 * 1024 * 1024,
    maxUnclaimed: 10_000,
    statefulReconnectBufferSize: 100_000,
    enableDetailedErrors: false,
  });
  assertEquals(Object.keys(checkHubLimits({})).sort(), [...HUB_LIMITS].sort());
});

Deno.test("limits are taken as they are, at their bounds too", () => {
  const least: HubLimits = {
    handshakeTimeout: 0.1,
    keepAliveInterval: 0.1,
    clientTimeoutInterval: 0.1,
    maximumReceiveMessageSize: 1,
    maximumParallelInvocationsPerClient: 1,
    maxStreams: 0,
    maxClientResults: 0,
    maxGroups: 0,
    maxQueue: 1,
    maxUnclaimed: 1,
    statefulReconnectBufferSize: 0,
    enableDetailedErrors: true,
  };
  assertEquals(checkHubLimits(least), {
    ...least,
    handshakeTimeout: 100,
    keepAliveInterval: 100,
    clientTimeoutInterval: 100,
  });
  assertEquals(
    checkHubLimits({ maximumReceiveMessageSize: 63 * 1024 * 1024 }).maximumReceiveMessageSize,
    63 * 1024 * 1024,
  );
});

Deno.test("what is out of range, or no number, is refused by its name", () => {
  const wrong: readonly [keyof HubLimits, readonly unknown[]][] = [
    ["handshakeTimeout", [0, -1, 86_401, NaN]],
    ["keepAliveInterval", [0, -1]],
    ["clientTimeoutInterval", [0, Infinity]],
    ["maximumReceiveMessageSize", [0, 1.5, 63 * 1024 * 1024 + 1]],
    ["maximumParallelInvocationsPerClient", [0, 1.5]],
    ["maxStreams", [-1, 0.5, Infinity]],
    ["maxClientResults", [-1]],
    ["maxGroups", [-1]],
    ["maxQueue", [0]],
    ["maxUnclaimed", [0, NaN]],
  ];
  for (const [name, values] of wrong) {
    for (const value of values) {
      assertThrows(() => checkHubLimits({ [name]: value }), RangeError, name);
    }
    assertThrows(() => checkHubLimits({ [name]: "1" }), TypeError, name);
  }
  assertThrows(
    () => checkHubLimits({ enableDetailedErrors: 1 as never }),
    TypeError,
    "enableDetailedErrors",
  );
});
