import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { answerTests, bareServer, routesWith } from "../../src/adapters/bare.ts";
import type { AcceptedHandshake, UpgradeOptions } from "../../src/server/route.ts";
import { handshakeRequest, memoryServer } from "../support/memory.ts";
import { withGlobals } from "../support/globals.ts";

const request = new Request("http://x/");

Deno.test("nobody counts for bare servers where there is no runtime for them", () => {
  assertThrows(
    () => withGlobals({ Deno: undefined }, () => bareServer(request)),
    Error,
    "expected Deno or Bun",
  );
});

Deno.test("one server counts for all that nobody wraps, with the defaults", () => {
  const server = bareServer(request);
  assertStrictEquals(bareServer(new Request("http://y/")), server);
  assertEquals([server.maxPayloadLength, server.noRoom()], [16 * 1024 * 1024, undefined]);
});

Deno.test("tests may find somebody else for their own requests", () => {
  const { state } = memoryServer(() => new Response());
  const own = new Request("http://own/");
  answerTests((request) => request === own ? state : undefined);
  assertStrictEquals(bareServer(own), state);
  assert(bareServer(request) !== state);
});

Deno.test("options are read once for each object, and no options too", () => {
  const routeOf = routesWith();
  let read = 0;
  const options = {
    get trustProxy() {
      read++;
      return false;
    },
  };
  const route = routeOf(options);
  const once = read;
  assertStrictEquals(routeOf(options), route);
  assert(once > 0 && read === once, `${read}`);
  assert(routeOf({}) !== route && routeOf({}) !== routeOf());
  assertStrictEquals(routeOf(), routeOf(undefined));
});

Deno.test("wrong options throw each time, and are not remembered", () => {
  const routeOf = routesWith();
  const options = { origin: "*" as "same-origin" };
  for (let i = 0; i < 2; i++) assertThrows(() => routeOf(options), TypeError, "origin");
  for (const none of [null, 5, "x"]) {
    assertThrows(() => routeOf(none as never), TypeError, "expected an object");
  }
});

Deno.test("defaults hold where a route says nothing, or undefined", () => {
  const routeOf = routesWith({ requireOrigin: true, headers: { "x-default": "1" } });
  /** The status of a handshake without an origin, and the headers of one that is accepted. */
  const judged = (options?: UpgradeOptions) => {
    let answer: number | Headers | undefined;
    const server = memoryServer((request) => {
      const verdict = routeOf(options).judge(request);
      answer = verdict.kind === "refused"
        ? verdict.response.status
        : (verdict as AcceptedHandshake).placeholder.init.headers;
      return new Response();
    });
    server.fetch(handshakeRequest());
    return typeof answer === "number" ? answer : Object.fromEntries(answer!);
  };
  assertEquals([judged(), judged({}), judged({ requireOrigin: undefined })], [403, 403, 403]);
  assertEquals(judged({ requireOrigin: false }), { "x-default": "1" });
  assertEquals(judged({ requireOrigin: false, headers: { "x-own": "2" } }), { "x-own": "2" });
});
