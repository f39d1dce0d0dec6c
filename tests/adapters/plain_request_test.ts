import { assertEquals } from "@std/assert";
import { addressOf, endOf, takeTime } from "../../src/adapters/plain_request.ts";

const request = new Request("http://x/");

function bunServer() {
  const timeouts: [Request, number][] = [];
  const server = {
    requestIP: (of: Request) => of === request ? { address: "10.0.0.2" } : null,
    timeout: (of: Request, seconds: number) => timeouts.push([of, seconds]),
  };
  return { server, timeouts };
}

Deno.test("every runtime tells the address in a way of its own", () => {
  const { server } = bunServer();
  assertEquals(addressOf(request, { remoteAddr: { hostname: "10.0.0.1" } }), "10.0.0.1");
  assertEquals(addressOf(request, server), "10.0.0.2");
  assertEquals(addressOf(request, { server }), "10.0.0.2");
  const incoming = { socket: { remoteAddress: "10.0.0.3" } };
  assertEquals(addressOf(request, { incoming }), "10.0.0.3");
});

Deno.test("where nobody knows the address it is empty", () => {
  const { server } = bunServer();
  for (const context of [undefined, null, {}, { server: {} }, { incoming: { socket: {} } }]) {
    assertEquals(addressOf(request, context), "");
  }
  assertEquals(addressOf(new Request("http://x/"), server), "");
});

Deno.test("Bun gives an answer all the time that it needs", () => {
  const { server, timeouts } = bunServer();
  takeTime(request, server);
  takeTime(request, { server });
  for (const context of [undefined, {}, { remoteAddr: {} }]) takeTime(request, context);
  assertEquals(timeouts, [[request, 0], [request, 0]]);
});

Deno.test("a request tells its end", () => {
  const controller = new AbortController();
  const signal = endOf(new Request("http://x/", { signal: controller.signal }));
  assertEquals(signal.aborted, false);
  controller.abort();
  assertEquals(signal.aborted, true);
});
