import { assertEquals, assertStrictEquals } from "@std/assert";
import { channel, findChannels } from "../../src/adapters/channels.ts";
import { workersChannels } from "../../src/adapters/workers_channels.ts";

Deno.test("where it is a method that tells whether somebody listens, it is asked", () => {
  const { process } = globalThis as { process?: unknown };
  const made = new Map<string, { heard: boolean }>();
  // As on workerd.
  const one = (name: string) => {
    const native = {
      heard: false,
      hasSubscribers() {
        return this.heard;
      },
    };
    made.set(name, native);
    return native;
  };
  const value = {
    getBuiltinModule: () => ({ channel: (name: string) => made.get(name) ?? one(name) }),
  };
  Object.defineProperty(globalThis, "process", { value, configurable: true });
  try {
    workersChannels();
    assertEquals(made.size, 13);
    // Once is enough.
    workersChannels();
    for (const name of ["edgesocket:sent", "edgesocket:topic", "edgesocket:call"] as const) {
      assertEquals(channel(name).hasSubscribers, false);
      made.get(name)!.heard = true;
      assertEquals(channel(name).hasSubscribers, true);
    }
    assertEquals(channel("edgesocket:open").hasSubscribers, false);
  } finally {
    Object.defineProperty(globalThis, "process", { value: process, configurable: true });
  }
});

Deno.test("elsewhere they are as they are", () => {
  assertStrictEquals(workersChannels(), findChannels());
  assertEquals(channel("edgesocket:open").hasSubscribers, false);
});
