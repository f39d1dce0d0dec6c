import { assertEquals, assertStrictEquals } from "@std/assert";
import { switchingProtocols } from "../../src/server/placeholder.ts";

Deno.test("a placeholder is a 101 with the headers of its route, and needs no token", () => {
  const headers = new Headers({ "x-route": "1" });
  const { init, token } = switchingProtocols.make(headers);
  assertEquals([init.status, token], [101, undefined]);
  assertStrictEquals(init.headers, headers);
  assertEquals(switchingProtocols.make(undefined), { init: { status: 101 }, token: undefined });
});

Deno.test("nothing but a 101 stands for an upgrade", () => {
  const { init } = switchingProtocols.make(new Headers({ "x-route": "1" }));
  const claims = (response: Response) => switchingProtocols.claim(response, undefined);
  assertEquals(claims(new Response(null, init)), true);
  for (const status of [200, 204, 500]) {
    assertEquals(claims(new Response(null, { ...init, status })), false);
  }
});
