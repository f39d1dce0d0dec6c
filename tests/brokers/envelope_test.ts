import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { bytesOf } from "../support/fake_engine.ts";
import { decode, encode, type Envelope, HEADER } from "../../src/brokers/envelope.ts";

const buffer = fc.uint8Array().map((bytes) => new Uint8Array(bytes).buffer);
const text = fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed());

const envelope: fc.Arbitrary<Envelope> = fc.record({
  kind: fc.constantFrom("message", "beacon", "canary"),
  publisher: fc.string({
    unit: fc.constantFrom(..."0123456789abcdef"),
    minLength: 16,
    maxLength: 16,
  }),
  sequence: fc.maxSafeNat(),
  restarted: fc.boolean(),
  origin: fc.constantFrom("", "x", crypto.randomUUID()),
  data: fc.oneof(text, buffer),
}, { noNullPrototype: true });

Deno.test("what is encoded is decoded as it was, out of a larger buffer, too", () => {
  fc.assert(fc.property(envelope, (before) => {
    const bytes = bytesOf(encode(before));
    const larger = new Uint8Array(bytes.length + 10).fill(7);
    larger.set(bytes, 5);
    assertEquals(decode(larger.subarray(5, 5 + bytes.length)), before);
  }));
  const odd = {
    kind: "message",
    publisher: "f".repeat(16),
    sequence: 1,
    restarted: false,
  } as const;
  // A byte order mark is text like any other.
  for (const data of ["\ufeffx", ""]) {
    assertEquals(decode(bytesOf(encode({ ...odd, origin: "", data })))?.data, data);
  }
  assertEquals(decode(bytesOf(encode({ ...odd, origin: "x".repeat(300), data: "" })))?.origin, "");
});

Deno.test("any other bytes are no envelope, and harm nobody", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assertEquals(decode(bytes), undefined);
    decode(new Uint8Array([...bytesOf("es1".padEnd(36, "0")), ...bytes]));
  }));
  const good = bytesOf(encode({
    kind: "message",
    publisher: "0".repeat(16),
    sequence: 1,
    restarted: false,
    origin: "",
    data: "ü",
  }));
  // The version, the flags, the publisher, the sequence, bytes of the origin, and text in UTF-8.
  const wrong = [[2, 0x32], [3, 0x67], [4, 0x20], [20, 0x2d], [34, 0x66], [HEADER, 0xff]] as const;
  for (const [at, value] of wrong) {
    const bad = good.slice();
    bad[at] = value;
    assertEquals(decode(bad), undefined, `byte ${at}`);
  }
  // A number that nobody can count to: whoever took it would take all that follow for old.
  const endless = good.slice();
  endless.fill(0x66, 20, 34);
  assertEquals(decode(endless), undefined);
  for (let length = 0; length < HEADER; length++) {
    assertEquals(decode(good.slice(0, length)), undefined);
  }
});

Deno.test("of one's own messages nothing is read but what tells whose they are", () => {
  const publisher = "0123456789abcdef";
  const own = { kind: "message", publisher, sequence: 7, restarted: false, origin: "x" } as const;
  const bytes = bytesOf(encode({ ...own, data: "long" }));
  assertEquals(decode(bytes, publisher), { ...own, origin: "", data: "" });
  assertEquals(decode(bytes, "f".repeat(16))?.data, "long");
  // A canary is known by what is in it.
  const canary = bytesOf(encode({ ...own, kind: "canary", data: "nonce" }));
  assertEquals(decode(canary, publisher)?.data, "nonce");
});
