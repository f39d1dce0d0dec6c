/** What `serve` does beside its connections, on the memory adapter. */
import { assertEquals } from "@std/assert";
import { MemoryAdapter } from "../../src/adapters/memory.ts";
import { startServer } from "../../src/server/serve.ts";

const adapter = () => new MemoryAdapter();

/** A signal that counts who listens to it. */
class CountedSignal extends EventTarget {
  aborted = false;
  reason: unknown;
  onabort = null;
  readonly listeners = new Set<unknown>();

  override addEventListener(type: string, listener: EventListener): void {
    this.listeners.add(listener);
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: EventListener): void {
    this.listeners.delete(listener);
    super.removeEventListener(type, listener);
  }

  throwIfAborted(): void {}

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

const fetch = () => new Response("page");

Deno.test("a signal that outlives its servers does not keep them", async () => {
  const signal = new CountedSignal();
  for (let i = 0; i < 100; i++) {
    const server = startServer({ fetch, signal, onListen() {} }, adapter);
    assertEquals(signal.listeners.size, 1);
    await server.shutdown();
    assertEquals(signal.listeners.size, 0);
  }
  // Nobody is left who would hear it.
  signal.abort();
});

Deno.test("a signal shuts down every server that still runs, and is let go", async () => {
  const signal = new CountedSignal();
  const servers = [1, 2].map(() => startServer({ fetch, signal, onListen() {} }, adapter));
  assertEquals(signal.listeners.size, 2);
  signal.abort();
  await Promise.all(servers.map(({ finished }) => finished));
  assertEquals(signal.listeners.size, 0);
});

Deno.test("a signal that has aborted shuts a server down at once, and is not listened to", async () => {
  const signal = new CountedSignal();
  signal.abort();
  await startServer({ fetch, signal, onListen() {} }, adapter).finished;
  assertEquals(signal.listeners.size, 0);
});
