import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { messagePack, messagePackReader } from "../support/messagepack.ts";
import { messagePackDecoder as decoderOf } from "../../src/wire/messagepack_decoder.ts";
import type { DecoderLimits } from "../../src/wire/protocol.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { bytes, decoded, message } from "../support/hub_messages.ts";
import { assertLinear } from "../support/linear.ts";

const messagePackDecoder = (limits: DecoderLimits) => decoderOf(limits, messagePackReader);

const limits = { maxMessageSize: 100_000 };
const PING = bytes("029106");

/** A stream item of so many bytes, with its length before it. */
function item(size: number): Uint8Array {
  const base = { type: 2, invocationId: "1" } as const;
  for (let length = Math.max(0, size - 20); length <= size; length++) {
    const encoded = messagePack.encode({ ...base, item: "x".repeat(length) }) as Uint8Array;
    if (encoded.length === size) return encoded;
  }
  throw new Error(`no item has ${size} bytes`);
}

const joined = (...parts: readonly Uint8Array[]) =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

Deno.test("messages are found joined and split at every byte", () => {
  const whole = joined(PING, item(200), PING);
  for (let at = 0; at <= whole.length; at++) {
    const found = decoded(messagePackDecoder(limits), whole.slice(0, at), whole.slice(at));
    assertEquals(found.map(({ type }) => type), [6, 2, 6]);
  }
});

Deno.test("any messages come out as they went in, in any pieces", () => {
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 5 });
  fc.assert(fc.property(fc.array(message, { maxLength: 4 }), cuts, (messages, cuts) => {
    const all = joined(...messages.map((message) => messagePack.encode(message) as Uint8Array));
    const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b)];
    const pieces = at.map((from, i) => all.slice(from, at[i + 1]));
    const found = decoded(messagePackDecoder(limits), ...pieces);
    assertEquals(found, messages);
  }));
});

Deno.test("a message in a text frame counts as well as one in a binary frame", () => {
  assertEquals(decoded(messagePackDecoder(limits), "\x01\x90\x02".slice(0, 0), PING).length, 1);
  assertThrows(
    () => decoded(messagePackDecoder(limits), "\x01\x05"),
    WireError,
    "Reading array length for 'message' failed.",
  );
});

Deno.test("messages of an unknown type are passed over, alone and among others", () => {
  const unknown = bytes("029163");
  const found = decoded(messagePackDecoder(limits), unknown, joined(PING, unknown, PING));
  assertEquals(found.length, 2);
});

Deno.test("messages before a malformed one come out first", () => {
  const iterator = messagePackDecoder(limits).push(joined(PING, bytes("01c1")))[Symbol.iterator]();
  assertEquals<unknown>(iterator.next().value, { type: 6 });
  assertThrows(() => iterator.next(), WireError, "got the byte 0xc1");
  assertThrows(
    () => messagePackDecoder(limits).push(bytes("00")),
    WireError,
    "1 bytes more, got 0",
  );
});

Deno.test("a message of the size that is allowed is taken, one byte more is not", () => {
  for (const size of [50, 300]) {
    const whole = item(size);
    const error = `The maximum message size of ${size - 1}B was exceeded.`;
    const single = [...whole].map((byte) => Uint8Array.of(byte));
    for (const parts of [[whole], single, [whole.slice(0, 1), whole.slice(1)]]) {
      assertEquals(decoded(messagePackDecoder({ maxMessageSize: size }), ...parts).length, 1);
      const decoder = messagePackDecoder({ maxMessageSize: size - 1 });
      assertThrows(() => decoded(decoder, ...parts), WireError, error);
    }
  }
  // Many messages may come at once: each is measured alone.
  const many = joined(...Array(5_000).fill(PING));
  assertEquals(decoded(messagePackDecoder({ maxMessageSize: 3 }), many).length, 5_000);
});

Deno.test("a length that is too large is refused before anything of the message has come", () => {
  const text = "The maximum message size of 100000B was exceeded.";
  for (const length of ["a08d06", "ffffffff07"]) {
    assertThrows(() => decoded(messagePackDecoder(limits), bytes(length)), WireError, text);
    const single = [...bytes(length)].map((byte) => Uint8Array.of(byte));
    assertThrows(() => decoded(messagePackDecoder(limits), ...single), WireError, text);
  }
  for (const length of ["ffffffff08", "8080808080", "ffffffffff"]) {
    const error = "Messages over 2GB in size are not supported.";
    assertThrows(() => decoded(messagePackDecoder(limits), bytes(length)), WireError, error);
  }
});

Deno.test("a length may be longer than it need be", () => {
  assertEquals(
    decoded(messagePackDecoder(limits), bytes("8280809106".slice(0, 6) + "009106")).length,
    1,
  );
});

Deno.test("the limit of depth is the option, or 64", () => {
  const nested = (levels: number) => {
    const value = `9402 80 a131 ${"91".repeat(levels - 2)}90`.replaceAll(" ", "");
    return bytes((value.length / 2).toString(16).padStart(2, "0") + value);
  };
  assertEquals(decoded(messagePackDecoder(limits), nested(64)).length, 1);
  assertThrows(() => decoded(messagePackDecoder(limits), nested(65)), WireError, "at most 64 deep");
  assertEquals(decoded(messagePackDecoder({ ...limits, maxDepth: 65 }), nested(65)).length, 1);
});

Deno.test("what is kept of a message is a copy: frames may be written over", () => {
  const whole = item(100);
  const decoder = messagePackDecoder(limits);
  for (const piece of [joined(PING, whole.slice(0, 30)), whole.slice(30, 60)]) {
    decoded(decoder, piece);
    piece.fill(0);
  }
  assertEquals(decoded(decoder, whole.slice(60)), decoded(messagePackDecoder(limits), whole));
});

Deno.test("any bytes give messages or a WireError, nothing else", () => {
  const frame = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 30 })
    .map((codes) => Uint8Array.of(codes.length, ...codes));
  const piece = fc.oneof(frame, fc.uint8Array({ maxLength: 20 }), fc.constant(PING));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const decoder = messagePackDecoder({ maxMessageSize: 50 });
      try {
        for (const piece of pieces) for (const { type } of decoder.push(piece)) assert(type > 0);
      } catch (error) {
        assert(error instanceof WireError, `${error}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("a message in single bytes takes time in proportion to its length", () => {
  assertLinear("pieces", (times) => {
    const decoder = messagePackDecoder({ maxMessageSize: 10 * times });
    const found = [...item(times)].map((byte) => decoded(decoder, Uint8Array.of(byte)));
    assertEquals(found.flat().length, 1);
  });
});
