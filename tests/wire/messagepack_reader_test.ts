import { assert, assertEquals, assertThrows } from "@std/assert";
import * as library from "@msgpack/msgpack";
import { decode, encode } from "@msgpack/msgpack";
import fc from "npm:fast-check@4.10.2";
import { MessagePackReader } from "../../src/wire/messagepack_reader.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { bytes } from "../support/hub_messages.ts";
import { messagePackReader } from "../support/messagepack.ts";

const read = (hex: string, maxDepth = 64) => messagePackReader.read(bytes(hex), maxDepth);
const refused = (hex: string, text: string) =>
  assertThrows(() => read(hex), WireError, `Cannot read a message: expected ${text}`);

Deno.test("each form of the specification is read", () => {
  const forms: [string, unknown][] = [
    ["00", 0],
    ["7f", 127],
    ["e0", -32],
    ["ff", -1],
    ["80", {}],
    ["81a16101", { a: 1 }],
    ["90", []],
    ["92c0c3", [null, true]],
    ["a0", ""],
    ["a2c3bc", "ü"],
    ["c2", false],
    ["c4020102", Uint8Array.of(1, 2)],
    ["c5000101", Uint8Array.of(1)],
    ["c60000000101", Uint8Array.of(1)],
    ["c704ff00000001", new Date(1000)],
    ["c8000cff00000000 00000000000003e8", new Date(1e6)],
    ["c900000004ff00000001", new Date(1000)],
    ["ca3fc00000", 1.5],
    ["cbbff8000000000000", -1.5],
    ["ccff", 255],
    ["cdffff", 65_535],
    ["ceffffffff", 2 ** 32 - 1],
    ["cf001fffffffffffff", 2 ** 53 - 1],
    ["cf0020000000000000", 2n ** 53n],
    ["cfffffffffffffffff", 2n ** 64n - 1n],
    ["d080", -128],
    ["d18000", -32_768],
    ["d280000000", -(2 ** 31)],
    ["d3ffe0000000000001", -(2 ** 53) + 1],
    ["d3ffe0000000000000", -(2n ** 53n)],
    ["d6ff00000001", new Date(1000)],
    ["d7ff0000000000000001", new Date(1000)],
    ["d90161", "a"],
    ["da000161", "a"],
    ["db0000000161", "a"],
    ["dc000101", [1]],
    ["dd0000000101", [1]],
    ["de0001a16101", { a: 1 }],
    ["df00000001a16101", { a: 1 }],
    ["8101c0", { 1: null }],
  ];
  for (const [hex, value] of forms) assertEquals(read(hex), value, hex);
});

Deno.test("texts of every length are read, ASCII or not", () => {
  for (const unit of ["a", "ü", "€", "😀", "\ufeff"]) {
    for (const times of [0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 300, 70_000]) {
      const text = unit.repeat(times);
      assertEquals(messagePackReader.read(encode(text), 1), text);
    }
  }
});

Deno.test("what @msgpack/msgpack writes is read as it reads it itself", () => {
  const value = fc.anything({
    withNullPrototype: false,
    withDate: true,
    withTypedArray: false,
    key: fc.string().filter((key) => key !== "__proto__"),
    values: [
      fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed()),
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
      fc.integer(),
      fc.double(),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array(),
    ],
  });
  fc.assert(
    fc.property(value, (value) => {
      const written = encode(value);
      assertEquals(messagePackReader.read(written, 64), decode(written));
    }),
    { numRuns: 500 },
  );
});

Deno.test("bytes are a copy: the message may be written over", () => {
  const message = bytes("c4020102");
  const value = messagePackReader.read(message, 1) as Uint8Array;
  message.fill(0);
  assertEquals([value, value.buffer.byteLength], [Uint8Array.of(1, 2), 2]);
});

Deno.test("what ends too early, or goes on, is refused", () => {
  refused("", "1 bytes more, got 0");
  refused("92c0", "2 bytes more, got 1");
  refused("81a161", "1 bytes more, got 0");
  refused("a3c3bc", "3 bytes more, got 2");
  refused("c0c0", "the end of the message, got 1 bytes more");
  refused("c1", "a value, got the byte 0xc1");
});

Deno.test("a length is only a claim: nothing is made for it before the bytes are there", () => {
  for (const hex of ["ddffffffff", "dfffffffff", "dbffffffff", "c6ffffffff", "c9ffffffffff"]) {
    assertThrows(() => read(hex), WireError, "bytes more, got 0");
  }
  // Lists that claim to have as many values as there are bytes, each within the other.
  const bomb = new Uint8Array(32_768).fill(0);
  const view = new DataView(bomb.buffer);
  for (let at = 0; at + 5 <= bomb.length; at += 5) {
    bomb[at] = 0xdd;
    view.setUint32(at + 1, bomb.length - at - 5);
  }
  assertThrows(() => messagePackReader.read(bomb, 500), WireError, "at most 500 deep");
});

Deno.test("depth is counted through lists and objects, and keys have none", () => {
  const lists = (levels: number) => "91".repeat(levels) + "c0";
  const objects = (levels: number) => "81a161".repeat(levels) + "c0";
  for (const nested of [lists, objects]) {
    for (const max of [1, 2, 64]) {
      read(nested(max), max);
      assertThrows(() => read(nested(max + 1), max), WireError, `at most ${max} deep`);
    }
    assertThrows(() => read(nested(100_000)), WireError, "at most 64 deep");
  }
  assertThrows(() => read("8190c0"), WireError, "at most 64 deep");
});

Deno.test("keys are texts or numbers, and none is __proto__", () => {
  refused("81c0c0", "a text as key of an object, got a object");
  refused("81c3c0", "a text as key of an object, got a boolean");
  refused("81a95f5f70726f746f5f5fc0", "no key __proto__, got one");
  assertEquals(read("91a95f5f70726f746f5f5f"), ["__proto__"]);
});

Deno.test("extensions but timestamps are refused, and text that is no UTF-8", () => {
  refused("d40100", "no extension but timestamps, got one of type 1");
  refused("d5800000", "no extension but timestamps, got one of type -128");
  refused("d8ff" + "00".repeat(16), "a timestamp of 4, 8 or 12 bytes, got 16");
  refused("c70501" + "00".repeat(5), "no extension but timestamps, got one of type 1");
  refused("a1ff", "text in UTF-8, got other bytes");
  refused("b1" + "ff".repeat(17), "text in UTF-8, got other bytes");
});

Deno.test("any bytes give a value or a WireError, nothing else", () => {
  const code = fc.oneof(fc.nat({ max: 255 }), fc.integer({ min: 0x80, max: 0xdf }));
  fc.assert(
    fc.property(fc.array(code, { maxLength: 60 }), (codes) => {
      try {
        messagePackReader.read(Uint8Array.from(codes), 8);
      } catch (error) {
        assert(error instanceof WireError, `${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("what the library would change comes as it was written", () => {
  const mark = "\ufeff";
  const long = mark + "x".repeat(300);
  const value = { [long]: [long, mark, "a", Uint8Array.of(1), new Date(5), null, { n: 2 ** 40 }] };
  assertEquals(messagePackReader.read(encode(value), 64), value);
  // Empty bytes and empty texts lie side by side.
  assertEquals(read("95c400a0c400a3efbbbf90"), [new Uint8Array(), "", new Uint8Array(), mark, []]);
  // Small integers in a form for large ones, beside one that is large; as keys, too.
  assertEquals(read("93cf0000000000000001d3fffffffffffffffecf0020000000000000"), [
    1,
    -2,
    2n ** 53n,
  ]);
  assertEquals(read("82cf0000000000000001c4000201"), { 1: new Uint8Array(), 2: 1 });
  assertEquals(read("81cf0000000000000001c0"), { 1: null });
});

Deno.test("bytes are found wherever the message lies in its buffer", () => {
  const frame = bytes("ffffff 92c4020102a3efbbbf ff");
  const message = frame.subarray(3, frame.length - 1);
  assertEquals(messagePackReader.read(message, 1), [Uint8Array.of(1, 2), "\ufeff"]);
});

Deno.test("a time has milliseconds, the rest is cut off; one that no Date can hold is refused", () => {
  const time = (hex: string) => (read(hex) as Date).getTime();
  // 999,999,999 ns are 30 bits: 3b9ac9ff; two bits to the left, and two of the seconds.
  assertEquals(time("d7ff ee6b27fc 00000001"), 1999);
  assertEquals(time("d7ff ee6b27ff 00000000"), 3 * 2 ** 32 * 1000 + 999);
  assertEquals(time("c70cff 3b9ac9ff ffffffffffffffff"), -1);
  // The last second of a Date, and the next one.
  assertEquals(time("c70cff 00000000 000007dba8218000"), 8.64e15);
  refused("c70cff 00000000 000007dba8218001", "a time that a Date can hold, got 8640000000001 s");
  refused("91c70cff 00000000 7fffffffffffffff", "a time that a Date can hold");
});

Deno.test("what is not whole never reaches the library", () => {
  class Decoder {
    decode(): never {
      throw new Error("it was read");
    }
  }
  const reader = new MessagePackReader({ ...library, Decoder });
  assertThrows(() => reader.read(bytes("90"), 64), Error, "it was read");
  for (const hex of ["ddffffffff", "dd00000002c0", "dd00000002dd00000001", "c1", "9090"]) {
    assertThrows(() => reader.read(bytes(hex), 64), WireError);
  }
});

Deno.test("what is read with is of no use for writing: no extension of ours is written by it", () => {
  const codecs: { tryToEncode(value: unknown, context: unknown): unknown }[] = [];
  class Decoder {
    constructor({ extensionCodec }: { extensionCodec: (typeof codecs)[number] }) {
      codecs.push(extensionCodec);
    }
    decode(): null {
      return null;
    }
  }
  const reader = new MessagePackReader({ ...library, Decoder: Decoder as never });
  reader.read(bytes("90"), 64);
  assertEquals(codecs.map((codec) => codec.tryToEncode(new Date(), undefined))[0], null);
});
