import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  decodeRecord,
  encodeRecord,
  nonceOf,
  Nonces,
  randomDigits,
  RECORD_HEADER,
} from "../../src/brokers/record.ts";
import { bytesOf } from "../support/fake_engine.ts";

const NONCE = "0123456789abcdez";
const round = (data: string | ArrayBuffer, origin = "") =>
  decodeRecord(bytesOf(encodeRecord(data, origin, NONCE)));

Deno.test("text stays text, bytes stay bytes, empty ones too", () => {
  for (const data of ["", "hello", "größe 🙂", "\ufeffbom"]) {
    assertEquals(round(data), { data, origin: "", nonce: NONCE });
    assertEquals(round(data, "who"), { data, origin: "who", nonce: NONCE });
    assertEquals(typeof encodeRecord(data, "", NONCE), "string");
  }
  for (const bytes of [new Uint8Array(0), new Uint8Array([0, 255, 10])]) {
    const { data, origin } = round(bytes.buffer, "größe")!;
    assertEquals([[...new Uint8Array(data as ArrayBuffer)], origin], [[...bytes], "größe"]);
  }
});

Deno.test("an origin that is too long is left away", () => {
  assertEquals(round("x", "o".repeat(255))?.origin.length, 255);
  assertEquals(round("x", "o".repeat(256)), { data: "x", origin: "", nonce: NONCE });
});

Deno.test("whatever else lies in a history is no record", () => {
  const good = bytesOf(encodeRecord("x", "who", NONCE));
  const bad = [
    new Uint8Array(0),
    new TextEncoder().encode("hello"),
    good.subarray(0, RECORD_HEADER - 1),
    good.subarray(0, RECORD_HEADER + 2),
    bytesOf(encodeRecord("", "", NONCE)).map((byte, i) => i === 2 ? 50 : byte),
    new Uint8Array([...bytesOf(encodeRecord("", "", NONCE)), 0xff]),
  ];
  for (const bytes of bad) assertEquals(decodeRecord(bytes), undefined);
});

Deno.test("what is handed out has bytes of its own", () => {
  const bytes = new Uint8Array(100);
  const record = bytesOf(encodeRecord(new Uint8Array([7]).buffer, "", NONCE));
  bytes.set(record, 20);
  const { data } = decodeRecord(bytes.subarray(20, 20 + record.length))!;
  bytes.fill(0);
  assertEquals([...new Uint8Array(data as ArrayBuffer)], [7]);
});

Deno.test("nonces are found in packets, and no two are the same", () => {
  for (const data of ["text", new ArrayBuffer(3)]) {
    const packet = encodeRecord(data, "", NONCE);
    assertEquals([nonceOf(packet), nonceOf(bytesOf(packet))], [NONCE, NONCE]);
  }
  assertEquals([nonceOf("hello"), nonceOf(new Uint8Array(30))], ["", ""]);
  const [one, other] = [new Nonces(), new Nonces()];
  const all = Array.from({ length: 1_000 }, () => [one.next(), other.next()]).flat();
  assertEquals(new Set(all).size, 2_000);
  for (const nonce of all) assert(/^[0-9a-z]{16}$/.test(nonce), nonce);
  assertMatch(randomDigits(), /^[0-9a-z]{8}$/);
});
