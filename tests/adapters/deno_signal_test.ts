import { assertEquals } from "@std/assert";
import { signalOf } from "../../src/adapters/deno_signal.ts";
import { RawClient } from "../support/raw_client.ts";
import { within } from "../support/within.ts";

Deno.test("Deno's one warning about signals is kept off the console, and nothing else", async () => {
  const { warn } = console;
  const written: unknown[][] = [];
  const spy = (...words: unknown[]) => void written.push(words);
  console.warn = spy;
  try {
    const signals: AbortSignal[] = [];
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      signals.push(signalOf(request));
      assertEquals(signalOf(request), request.signal);
      console.warn("something else", 1);
      return new Response();
    });
    await (await fetch(`http://127.0.0.1:${server.addr.port}/`)).body?.cancel();
    await server.shutdown();
    assertEquals([written, signals.length], [[["something else", 1]], 1]);
    // It came, once, and so the console is as it was.
    assertEquals(console.warn === spy, true);
    signalOf(new Request("http://x/"));
    assertEquals(console.warn === spy, true);
  } finally {
    console.warn = warn;
  }
});

Deno.test("the signal aborts when the client leaves", async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const aborted = Promise.withResolvers<void>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const signal = signalOf(request);
    signal.addEventListener("abort", () => aborted.resolve());
    asked.resolve(signal);
    await aborted.promise;
    return new Response();
  });
  using client = await RawClient.connect(server.addr.port);
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assertEquals((await within(asked.promise, "a request")).aborted, false);
  client.reset();
  await within(aborted.promise, "an abort");
  await server.shutdown();
});
