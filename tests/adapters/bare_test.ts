import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bareServer, routeOf } from "../../src/adapters/bare.ts";
import { withGlobals } from "../support/globals.ts";

Deno.test("nobody counts for bare servers where there is no runtime for them", () => {
  assertThrows(() => withGlobals({ Deno: undefined }, bareServer), Error, "neither");
});

Deno.test("one server counts for all that nobody wraps, with the defaults", () => {
  const server = bareServer();
  assertStrictEquals(bareServer(), server);
  assertEquals([server.maxPayloadLength, server.noRoom()], [16 * 1024 * 1024, undefined]);
});

Deno.test("options are read once for each object, and no options too", () => {
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
  const options = { origin: "*" as "same-origin" };
  for (let i = 0; i < 2; i++) assertThrows(() => routeOf(options), TypeError, "origin");
  assertThrows(() => routeOf(null as never), TypeError);
});
