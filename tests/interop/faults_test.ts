import { assert, assertEquals, assertThrows } from "@std/assert";
import { faultsOf, type InteropOptions } from "../../src/interop/faults.ts";
import { opened } from "../support/dressed.ts";

/** What the console is told meanwhile. */
function toConsole(task: () => void): unknown[] {
  const before = console.error;
  const told: unknown[] = [];
  console.error = (what: unknown) => void told.push(what);
  try {
    task();
  } finally {
    console.error = before;
  }
  return told;
}

Deno.test("a fault is told, and ends its connection with 1011", async () => {
  await using one = await opened();
  const told: unknown[] = [];
  const fail = faultsOf("wsOf", one.connection, {
    onError: (error, connection) => told.push(error, connection === one.connection),
  });
  fail("the fault");
  assertEquals(told, ["the fault", true]);
  assertEquals((await one.client.closed).code, 1011);
  assertEquals((await one.connection.closed).code, 1011);
});

Deno.test("by default the console is told, and of an onError that throws or rejects, too", async () => {
  await using one = await opened();
  assertEquals(toConsole(() => faultsOf("wsOf", one.connection, {})("the fault")), ["the fault"]);
  const throws = faultsOf("wsOf", one.connection, {
    onError() {
      throw "thrown in onError";
    },
  });
  assertEquals(toConsole(() => throws("the fault")), ["thrown in onError"]);
  const rejected = Promise.withResolvers<unknown>();
  const before = console.error;
  console.error = rejected.resolve;
  try {
    faultsOf("wsOf", one.connection, { onError: () => Promise.reject("rejected") })("the fault");
    assertEquals(await rejected.promise, "rejected");
  } finally {
    console.error = before;
  }
  assert(one.connection.readyState >= 2);
});

Deno.test("unknown options are refused, by the name of their owner", async () => {
  await using one = await opened();
  const refused = (options: unknown) =>
    assertThrows(() => faultsOf("wsOf", one.connection, options as InteropOptions), TypeError)
      .message;
  assertEquals(
    refused({ onEror: () => {} }),
    "Cannot use options of wsOf: expected onError (did you mean that?), got onEror",
  );
  assertEquals(
    refused({ onError: "log" }),
    "Cannot use option onError: expected a function, got string",
  );
});
