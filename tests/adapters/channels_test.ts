import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { channel, findChannels } from "../../src/adapters/channels.ts";
import { SILENT } from "../../src/base/channel.ts";
import { Listening } from "../support/diagnostics.ts";

Deno.test("channels are those of node:diagnostics_channel, for all servers the same", () => {
  const channels = findChannels();
  assertStrictEquals(findChannels(), channels);
  for (const key of ["open", "close", "received", "sent", "ping"] as const) {
    assertEquals(channels[key].hasSubscribers, false);
    using listening = new Listening(key);
    assert(channels[key].hasSubscribers);
    channels[key].publish({} as never);
    assertEquals(listening.told, [{ on: key, message: {} }]);
  }
  assertEquals(Object.keys(channels).sort(), [
    "backpressure",
    "close",
    "error",
    "handshake",
    "limit",
    "open",
    "ping",
    "received",
    "sent",
  ]);
});

Deno.test("where the runtime has none, nobody can listen", () => {
  const { process } = globalThis as { process?: unknown };
  const without: unknown[] = [
    undefined,
    {},
    { getBuiltinModule: () => undefined },
  ];
  for (const other of without) {
    Object.defineProperty(globalThis, "process", { value: other, configurable: true });
    try {
      assertStrictEquals(channel("edgesocket:open"), SILENT);
    } finally {
      Object.defineProperty(globalThis, "process", { value: process, configurable: true });
    }
  }
  assert(channel("edgesocket:open") !== SILENT);
});
