import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "npm:fast-check@4.10.2";
import { base64Parts, jsonlParts, jsonParts } from "../../../examples/page/parts.js";

Deno.test("page: a string in parts is the JSON of that string", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertEquals(JSON.parse([...jsonParts(text)].join("")), text);
  }));
  // A character of two units that is cut in two.
  const long = `${"x".repeat(96 * 1024 - 1)}😀"${"y".repeat(200_000)}`;
  const parts = [...jsonParts(long)];
  assert(parts.length > 3);
  assertEquals(JSON.parse(parts.join("")), long);
});

Deno.test("page: bytes in parts are their Base64", () => {
  for (const length of [0, 1, 2, 3, 24 * 1024, 24 * 1024 + 1, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    assertEquals([...base64Parts(bytes)].join(""), Buffer.from(bytes).toString("base64"));
  }
});

Deno.test("page: no part is long, however long a message is", () => {
  const data = new Uint8Array(2 * 1024 * 1024);
  const entry = { time: 0, direction: "in", type: "binary", size: data.length, data };
  const parts = [...jsonlParts([{ ...entry, connection: 1 }])];
  assert(Math.max(...parts.map(({ length }) => length)) <= 96 * 1024);
});

Deno.test("page: each line of the log is JSON of its own", () => {
  const common = { time: 1_700_000_000_000.5, connection: 2 };
  const entries = [
    { ...common, direction: "out", type: "text", size: 3, data: "a\nb" },
    { ...common, direction: "in", type: "binary", size: 2, data: Uint8Array.of(0, 255) },
    { ...common, direction: "event", type: "close", size: 0, data: "bye" },
  ];
  const lines = [...jsonlParts(entries)].join("").trimEnd().split("\n");
  const time = "2023-11-14T22:13:20.000Z";
  assertEquals(lines.map((line) => JSON.parse(line)), [
    { time, direction: "sent", type: "text", size: 3, connection: 2, data: "a\nb" },
    { time, direction: "received", type: "binary", size: 2, connection: 2, base64: "AP8=" },
    { time, direction: "event", type: "close", size: 0, connection: 2, data: "bye" },
  ]);
});
