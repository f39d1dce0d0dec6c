import { assertEquals } from "@std/assert";
import { MessagePackWriter } from "../../src/wire/messagepack_writer.ts";
import { hex } from "../support/hub_messages.ts";

/** What is written, without the length before it. */
function written(write: (writer: MessagePackWriter) => void): string {
  const writer = new MessagePackWriter();
  write(writer);
  const message = writer.message();
  return hex(message.subarray(message.findIndex((byte) => byte < 0x80) + 1));
}

/** The beginning of it, and how long it is. */
function head(digits: number, write: (writer: MessagePackWriter) => void): [string, number] {
  const all = written(write);
  return [all.slice(0, digits), all.length / 2];
}

Deno.test("numbers have the shortest form that there is", () => {
  const forms: [number, string][] = [
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [255, "ccff"],
    [256, "cd0100"],
    [65_535, "cdffff"],
    [65_536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "cf0000000100000000"],
    [2 ** 53 - 1, "cf001fffffffffffff"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0df"],
    [-128, "d080"],
    [-129, "d1ff7f"],
    [-32_768, "d18000"],
    [-32_769, "d2ffff7fff"],
    [-(2 ** 31), "d280000000"],
    [-(2 ** 31) - 1, "d3ffffffff7fffffff"],
    [-(2 ** 53) + 1, "d3ffe0000000000001"],
    [1.5, "cb3ff8000000000000"],
    [2 ** 53, "cb4340000000000000"],
    [-Infinity, "cbfff0000000000000"],
  ];
  for (const [number, form] of forms) {
    assertEquals(written((writer) => writer.number(number)), form, `${number}`);
  }
});

Deno.test("nil and booleans are one byte", () => {
  const all = written((writer) => {
    writer.nil();
    writer.boolean(true);
    writer.boolean(false);
  });
  assertEquals(all, "c0c3c2");
});

Deno.test("texts have the shortest head, by their bytes, not by their characters", () => {
  const text = (text: string) => head(10, (writer) => writer.text(text));
  assertEquals(text(""), ["a0", 1]);
  assertEquals(text("a"), ["a161", 2]);
  assertEquals(text("ü"), ["a2c3bc", 3]);
  assertEquals(text("a".repeat(24)), ["b861616161", 25]);
  assertEquals(text("a".repeat(31)), ["bf61616161", 32]);
  assertEquals(text("a".repeat(32)), ["d920616161", 34]);
  assertEquals(text("ü".repeat(16)), ["d920c3bcc3", 34]);
  assertEquals(text("a".repeat(255)), ["d9ff616161", 257]);
  assertEquals(text("ü".repeat(128)), ["da0100c3bc", 259]);
  assertEquals(text("a".repeat(65_535)), ["daffff6161", 65_538]);
  assertEquals(text("€".repeat(21_846)), ["db00010002", 65_543]);
  // A surrogate without its other half becomes U+FFFD.
  assertEquals(text("\ud800"), ["a3efbfbd", 4]);
});

Deno.test("lists, objects and bytes have the shortest head", () => {
  const form = (write: (writer: MessagePackWriter) => void) => head(10, write)[0];
  for (
    const [length, list, object, binary] of [
      [0, "90", "80", "c400"],
      [15, "9f", "8f", "c40f000000"],
      [16, "dc0010", "de0010", "c410000000"],
      [255, "dc00ff", "de00ff", "c4ff000000"],
      [256, "dc0100", "de0100", "c501000000"],
      [65_535, "dcffff", "deffff", "c5ffff0000"],
      [65_536, "dd00010000", "df00010000", "c600010000"],
    ] as const
  ) {
    assertEquals(form((writer) => writer.list(length)), list);
    assertEquals(form((writer) => writer.object(length)), object);
    assertEquals(form((writer) => writer.binary(new Uint8Array(length))), binary);
  }
  assertEquals(written((writer) => writer.binary(Uint8Array.of(1, 2))), "c4020102");
});

Deno.test("dates are timestamps of 4, 8 or 12 bytes; an invalid one is nil", () => {
  const date = (time: number) => written((writer) => writer.date(new Date(time)));
  assertEquals(date(0), "d6ff00000000");
  assertEquals(date((2 ** 32 - 1) * 1000), "d6ffffffffff");
  assertEquals(date(1), "d7ff" + "003d0900" + "00000000");
  assertEquals(date(2 ** 32 * 1000), "d7ff" + "00000001" + "00000000");
  assertEquals(date(2 ** 34 * 1000 - 1), "d7ff" + "ee2e1f03" + "ffffffff");
  assertEquals(date(2 ** 34 * 1000), "c70cff" + "00000000" + "0000000400000000");
  assertEquals(date(-1), "c70cff" + "3b8b87c0" + "ffffffffffffffff");
  assertEquals(date(NaN), "c0");
});

Deno.test("the length stands before a message, seven bits a byte, the lowest first", () => {
  for (
    const [length, prefix] of [
      [0, "00"],
      [127, "7f"],
      [128, "8001"],
      [16_383, "ff7f"],
      [16_384, "808001"],
      [2_097_152, "80808001"],
    ] as const
  ) {
    const writer = new MessagePackWriter();
    for (let i = 0; i < length; i++) writer.nil();
    const message = writer.message();
    assertEquals(hex(message.subarray(0, prefix.length / 2)), prefix);
    assertEquals(message.length, length + prefix.length / 2);
    assertEquals(message.subarray(prefix.length / 2).every((byte) => byte === 0xc0), true);
  }
});

Deno.test("a writer begins anew", () => {
  const writer = new MessagePackWriter();
  writer.text("lost");
  writer.clear();
  writer.nil();
  assertEquals(hex(writer.message()), "01c0");
});
