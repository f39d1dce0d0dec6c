import { assertEquals } from "@std/assert";
import { textOf, valuesOf } from "../../src/hubs/values.ts";

Deno.test("what JSON has no form for arrives as it is, and so does what looks like a mark", () => {
  const values = [
    1,
    "ü\n\ud83d\ude00",
    null,
    true,
    [],
    { a: [{ b: 1 }] },
    new Uint8Array([0, 127, 128, 255]),
    { when: new Date(86_400_000), big: 2n ** 60n },
    { $: 1 },
    { $: ["bytes", "AQ=="], more: { $: [new Date(0)] } },
    { $: undefined },
  ];
  const expected = values.slice(0, -1);
  assertEquals(valuesOf(textOf(values)), [...expected, {}]);
  assertEquals(textOf(values).includes("\n"), false);
});

Deno.test("a view is its own bytes, and what is missing is null", () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  assertEquals(valuesOf(textOf(bytes.subarray(1, 3))), new Uint8Array([2, 3]));
  assertEquals(valuesOf(textOf(new DataView(bytes.buffer, 3))), new Uint8Array([4]));
  assertEquals([valuesOf(textOf(undefined)), valuesOf(textOf([undefined]))], [null, [null]]);
});
