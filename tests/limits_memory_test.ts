/** What limits keep in memory, on engines that keep the whole text that a piece was cut out of. */
import { assertLess } from "@std/assert";
import { root } from "./support/command.ts";
import { bun, deno, node } from "./support/runtimes.ts";

const SCRIPT = new URL("tests/fixtures/long_headers.ts", root);

for (const runtime of [deno, bun, node]) {
  Deno.test(`${runtime.name}: addresses at the end of long headers cost no more than others`, async () => {
    await using server = await runtime.start({}, SCRIPT);
    const { grown } = await server.until({ on: "listening" });
    // With headers of 7.8 KB each, it would be 39 MB.
    assertLess(Number(grown), 8_000_000);
  });
}
