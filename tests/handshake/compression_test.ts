import { assertEquals, assertThrows } from "@std/assert";
import {
  checkCompression,
  type CompressionOptions,
  routeThreshold,
  serverThreshold,
} from "../../src/handshake/compression.ts";

Deno.test("an option says yes or no, nothing, or from how many bytes on", () => {
  for (
    const [option, checked, ofServer] of [
      [undefined, undefined, undefined],
      [false, false, undefined],
      [true, true, 1_024],
      [{}, 1_024, 1_024],
      [{ threshold: undefined }, 1_024, 1_024],
      [{ threshold: 1 }, 1, 1],
      [{ threshold: 5_000 }, 5_000, 5_000],
    ] as const
  ) {
    assertEquals(checkCompression(option), checked);
    assertEquals(serverThreshold(option), ofServer);
  }
});

Deno.test("another type, another name and a threshold out of range are refused", () => {
  for (
    const [option, said] of [
      [
        "yes",
        "TypeError: Cannot use option compression: expected true, false or { threshold }, got string",
      ],
      [
        null,
        "TypeError: Cannot use option compression: expected true, false or { threshold }, got null",
      ],
      [
        5,
        "TypeError: Cannot use option compression: expected true, false or { threshold }, got number",
      ],
      [
        { treshold: 5 },
        "TypeError: Cannot use options of compression: expected threshold (did you mean that?), got treshold",
      ],
      [
        { threshold: "5" },
        "TypeError: Cannot use option compression.threshold: expected a whole number of bytes from 1 to 2147483647, got string",
      ],
      [
        { threshold: 0 },
        "RangeError: Cannot use option compression.threshold: expected a whole number of bytes from 1 to 2147483647, got 0",
      ],
    ] as const
  ) {
    for (const check of [checkCompression, serverThreshold]) {
      const { name, message } = assertThrows(() => check(option as CompressionOptions), Error);
      assertEquals(`${name}: ${message}`, said);
    }
  }
});

Deno.test("a route does as its server, or as it says, and never more than its server", () => {
  for (
    const [own, servers, together] of [
      [undefined, undefined, undefined],
      [true, undefined, undefined],
      [false, undefined, undefined],
      [7, undefined, undefined],
      [undefined, 5, 5],
      [true, 5, 5],
      [false, 5, false],
      [7, 5, 7],
      [3, 5, 3],
    ] as const
  ) {
    assertEquals(routeThreshold(own, servers), together, `${own} on ${servers}`);
  }
});
