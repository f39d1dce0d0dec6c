import { assertEquals, assertThrows } from "@std/assert";
import { bunAdapter } from "../../src/adapters/bun.ts";
import { currentAdapter } from "../../src/adapters/current.ts";
import { denoAdapter } from "../../src/adapters/deno.ts";
import { withGlobals } from "../support/globals.ts";

Deno.test("the adapter is that of the runtime that runs us", () => {
  assertEquals(currentAdapter() === denoAdapter, true);
  const Bun = { serve() {} };
  assertEquals(withGlobals({ Deno: undefined, Bun }, currentAdapter) === bunAdapter, true);
});

Deno.test("a runtime that is neither is an error that says so", () => {
  for (const globals of [{}, { Deno: {} }, { Bun: {} }]) {
    const { message } = withGlobals(
      { Deno: undefined, Bun: undefined, ...globals },
      () => assertThrows(currentAdapter, Error),
    );
    assertEquals(
      message,
      "Cannot serve WebSockets: expected Deno or Bun; see edgesocket/node or /workers",
    );
  }
});
