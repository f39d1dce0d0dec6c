import { assertEquals, assertThrows } from "@std/assert";
import { checkDurableOptions, type DurableOptions } from "../../src/workers/durable_options.ts";

const events = () => ({});
const check = (options: object) => () => checkDurableOptions(options as DurableOptions<never>);

Deno.test("options have their defaults, and milliseconds", () => {
  const { shutdownTimeout, hibernate, host } = check({})();
  assertEquals([shutdownTimeout, hibernate, host.maxConnections], [10_000, undefined, undefined]);
  const autoResponse = { request: "ping", response: "pong" };
  const given = { shutdownTimeout: 0.5, maxConnections: 7, hibernate: { events, autoResponse } };
  const checked = check(given)();
  assertEquals([checked.shutdownTimeout, checked.hibernate, checked.host.maxConnections], [
    500,
    given.hibernate,
    7,
  ]);
  check({ hibernate: { events, autoResponse: { request: "x".repeat(2_048), response: "" } } })();
});

Deno.test("what is wrong is said", () => {
  for (
    const [options, Kind, message] of [
      [{ port: 1 }, TypeError, "options of durable"],
      [{ compression: true }, TypeError, "Cloudflare Workers"],
      [{ shutdownTimeout: -1 }, RangeError, "shutdownTimeout"],
      [{ maxConnections: "7" }, TypeError, "maxConnections"],
      [{ hibernate: true }, TypeError, "options of hibernate"],
      [{ hibernate: {} }, TypeError, "events to be a function"],
      [{ hibernate: { events, alarm: 1 } }, TypeError, "options of hibernate"],
      [{ hibernate: { events }, holdPipeline: true }, TypeError, "holdPipeline"],
      [{ hibernate: { events, autoResponse: "ping" } }, TypeError, "options of autoResponse"],
      [{ hibernate: { events, autoResponse: { ping: "" } } }, TypeError, "autoResponse"],
      [{ hibernate: { events, autoResponse: { request: "" } } }, TypeError, "got null"],
      [
        { hibernate: { events, autoResponse: { request: "ü".repeat(1_025), response: "" } } },
        RangeError,
        "got 2050",
      ],
    ] as const
  ) assertThrows(check(options), Kind, message);
});
