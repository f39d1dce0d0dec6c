import { assert, assertThrows } from "@std/assert";
import { ClientOptions } from "../../src/brokers/client_options.ts";

const given = new ClientOptions("the client", {
  queue: false,
  ping: 10_000,
  socket: { retry: () => 1 },
});

Deno.test("options that are as they should be pass, inside of others, too", () => {
  given.is("queue", false, "it would wait");
  given.pings("ping");
  assert(given.get("ping") === 10_000);
  given.within("socket").expect("retry", (value) => typeof value === "function", "one", "why");
});

Deno.test("others are refused, with what to write instead, and why", () => {
  const cases: [() => void, string][] = [
    [
      () => given.is("queue", true, "it would wait"),
      "Cannot use the client: expected queue: true (it would wait), got false",
    ],
    [() => given.is("none", 5, "why"), "expected none: 5 (why), got none"],
    [
      () => given.within("socket").is("retry", 5, "why"),
      "Cannot use the client, socket: expected retry: 5 (why), got a function",
    ],
    [() => given.within("nowhere").is("x", 1, "why"), "Cannot use the client, nowhere"],
    [() => new ClientOptions("the client", null).is("x", 1, "why"), "got none"],
  ];
  for (const ping of [undefined, 0, -1, 30_001, "5", NaN]) {
    const bad = new ClientOptions("the client", { ping });
    cases.push([() => bad.pings("ping"), "expected ping: at most 30000 milliseconds"]);
  }
  for (const [call, message] of cases) assertThrows(call, TypeError, message);
  new ClientOptions("the client", { ping: 30_000 }).pings("ping");
});
