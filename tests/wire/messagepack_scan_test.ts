import { assert, assertEquals, assertThrows } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import fc from "npm:fast-check@4.10.2";
import { MessagePackScan } from "../../src/wire/messagepack_scan.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { bytes } from "../support/hub_messages.ts";

const scan = (hex: string, maxDepth = 64) => new MessagePackScan(bytes(hex), maxDepth);
const refused = (hex: string, text: string, maxDepth = 64) =>
  assertThrows(
    () => scan(hex, maxDepth),
    WireError,
    `Cannot read a message: expected ${text}`,
  );

/** Each form of the specification, and how many bytes follow its head. */
const FORMS: readonly (readonly [head: string, rest: number])[] = [
  ["00", 0],
  ["7f", 0],
  ["e0", 0],
  ["ff", 0],
  ["80", 0],
  ["90", 0],
  ["a0", 0],
  ["bf", 31],
  ["c0", 0],
  ["c2", 0],
  ["c3", 0],
  ["c402", 2],
  ["c50100", 256],
  ["c600000003", 3],
  ["c704ff", 4],
  ["c8000cff", 12],
  ["c900000008ff", 8],
  ["ca", 4],
  ["cb", 8],
  ["cc", 1],
  ["cd", 2],
  ["ce", 4],
  ["cf", 8],
  ["d0", 1],
  ["d1", 2],
  ["d2", 4],
  ["d3", 8],
  ["d6ff", 4],
  ["d7ff", 8],
  ["d903", 3],
  ["da0100", 256],
  ["db00000003", 3],
  ["dc0100", 256],
  ["dd00000003", 3],
  ["de0003", 6],
  ["df00000003", 6],
];

Deno.test("each form has its length, to the byte", () => {
  for (const [head, rest] of FORMS) {
    const whole = head + "00".repeat(rest);
    scan(whole);
    refused(`${whole}00`, "the end of the message, got 1 bytes more");
    const last = whole.slice(0, -2);
    assertThrows(() => scan(last), WireError, "bytes more, got ");
  }
  refused("c1", "a value, got the byte 0xc1");
});

Deno.test("a list that claims more than has come is refused at once", () => {
  refused("ddffffffff", "4294967295 bytes more, got 0");
  refused("dfffffffff", "8589934590 bytes more, got 0");
  refused("92c0", "2 bytes more, got 1");
  refused("82c0c0c0", "4 bytes more, got 3");
});

Deno.test("depth is counted through lists and objects, and keys have none", () => {
  for (const level of ["91", "dc0001", "81a161", "de0001a161"]) {
    scan(level.repeat(3) + "c0", 3);
    refused(level.repeat(4) + "c0", "lists and objects nested at most 3 deep", 3);
  }
  // Beside each other they are not within each other.
  scan("93" + "9190" + "81a16190" + "9190", 3);
  refused("8190c0", "lists and objects nested at most 64 deep");
});

Deno.test("keys are texts or numbers, and none is __proto__ in whatever form", () => {
  const proto = "5f5f70726f746f5f5f";
  for (const key of [`a9${proto}`, `d909${proto}`, `da0009${proto}`, `db00000009${proto}`]) {
    refused(`81${key}c0`, "no key __proto__, got one");
    refused(`82a161c0${key}c0`, "no key __proto__, got one");
    scan(`81a161${key}`);
  }
  for (
    const key of ["05", "ff", "cc05", "ca00000000", "cf0000000000000005", "a0", `aa${proto}5f`]
  ) {
    scan(`81${key}c0`);
  }
  scan("81a95f5f70726f746f5f60c0");
  for (const [key, type] of [["c0", "object"], ["c2", "boolean"], ["c400", "object"]] as const) {
    refused(`81${key}c0`, `a text as key of an object, got a ${type}`);
  }
  refused("81cf0020000000000000c0", "a text as key of an object, got a bigint");
});

Deno.test("of extensions only timestamps are taken", () => {
  refused("d40100", "no extension but timestamps, got one of type 1");
  refused("d5800000", "no extension but timestamps, got one of type -128");
  refused("c704fe00000000", "no extension but timestamps, got one of type -2");
  for (const length of [0, 1, 5, 11, 13, 16]) {
    const hex = `c7${length.toString(16).padStart(2, "0")}ff${"00".repeat(length)}`;
    refused(hex, `a timestamp of 4, 8 or 12 bytes, got ${length}`);
  }
});

Deno.test("text has to be UTF-8, short or long, key or not", () => {
  for (const length of [1, 31, 32, 33, 300]) {
    const head = `da${length.toString(16).padStart(4, "0")}`;
    const good = "61".repeat(length - 1);
    scan(`${head}${good}61`);
    refused(`${head}${good}ff`, "text in UTF-8, got other bytes");
    refused(`81${head}${good}ffc0`, "text in UTF-8, got other bytes");
  }
  // Longer than need be, half a pair, cut off: a lenient reader would look beyond the end.
  for (const hex of ["a2c080", "a3eda080", "a2e282", "92a1c3a1bc"]) {
    refused(hex, "text in UTF-8, got other bytes");
  }
  scan("a2c3bc");
  scan("a4f09f9880");
});

Deno.test("what a library would change is pointed out, and nothing else", () => {
  const special = (hex: string) => scan(hex).special;
  assertEquals(
    ["cf001fffffffffffff", "cf0020000000000000", "cfffffffffffffffff"].map(special),
    [false, true, true],
  );
  assertEquals(
    ["d3ffe0000000000001", "d3ffe0000000000000", "d38000000000000000", "d3ffffffffffffffff"]
      .map(special),
    [false, true, true, false],
  );
  assertEquals(
    ["a3efbbbf", "a4efbbbf61", "a461efbbbf", "a3efbfbd", "a3efbebf", "a2c3bc"].map(special),
    [
      true,
      true,
      false,
      false,
      false,
      false,
    ],
  );
  assertEquals([...scan("93c4020102a161c400").binaries], [3, 9]);
  assertEquals(scan("93a161d6ff00000000c0").binaries.size, 0);
});

Deno.test("whatever a library writes is whole, and nothing that is cut off is", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
    fc.pre(!JSON.stringify(value).includes("__proto__"));
    const written = encode(value);
    new MessagePackScan(written, 64);
    const part = written.subarray(0, cut % written.length);
    assertThrows(() => new MessagePackScan(part, 64), WireError);
  }));
});

Deno.test("any bytes are taken, or refused by a WireError", () => {
  const code = fc.oneof(fc.nat({ max: 255 }), fc.integer({ min: 0x80, max: 0xdf }));
  fc.assert(
    fc.property(fc.array(code, { maxLength: 60 }), (codes) => {
      try {
        new MessagePackScan(Uint8Array.from(codes), 8);
      } catch (error) {
        assert(error instanceof WireError, `${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
