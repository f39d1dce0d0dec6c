import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { jsonDecoder } from "../../src/wire/json_decoder.ts";
import { json } from "../../src/wire/json.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { decoded, message } from "../support/hub_messages.ts";
import { assertLinear } from "../support/linear.ts";

const encoder = new TextEncoder();
const limits = { maxMessageSize: 100_000 };
const PING = '{"type":6}\x1e';
const cancel = (invocationId: string) => ({ type: 5, invocationId });
const cancelText = (id: string) => `{"type":5,"invocationId":"${id}"}\x1e`;

Deno.test("messages are found in text and in bytes, joined and split at every unit", () => {
  const ids = ["1", "ü€😀", "x"];
  const whole = ids.map(cancelText).join("");
  for (const data of [whole, encoder.encode(whole)]) {
    for (let at = 0; at <= data.length; at++) {
      const found = decoded(jsonDecoder(limits), data.slice(0, at), data.slice(at));
      assertEquals<unknown>(found, ids.map(cancel));
    }
  }
});

Deno.test("any messages come out as they went in, in any pieces of text or bytes", () => {
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 5 });
  fc.assert(fc.property(fc.array(message, { maxLength: 4 }), cuts, (messages, cuts) => {
    const text = messages.map((message) => json.encode(message) as string).join("");
    for (const data of [text, encoder.encode(text)]) {
      const at = [0, ...cuts.map((cut) => Math.min(cut, data.length)).sort((a, b) => a - b)];
      const pieces = at.map((from, i) => data.slice(from, at[i + 1]));
      const found = decoded(jsonDecoder(limits), ...pieces);
      assertEquals(found, messages);
    }
  }));
});

Deno.test("messages of an unknown type are passed over, alone and among others", () => {
  const unknown = '{"type":99}\x1e';
  assertEquals(decoded(jsonDecoder(limits), unknown, "", PING + unknown + PING).length, 2);
});

Deno.test("messages before a malformed one come out first", () => {
  const iterator = jsonDecoder(limits).push(`${PING}{"type":}\x1e`)[Symbol.iterator]();
  assertEquals<unknown>(iterator.next().value, { type: 6 });
  assertThrows(() => iterator.next(), WireError, "Error reading JSON.");
  assertThrows(() => jsonDecoder(limits).push("\x1e"), WireError, "Error reading JSON.");
});

Deno.test("a message of the size that is allowed is taken, one byte more is not", () => {
  for (const id of ["x".repeat(50), "€".repeat(50)]) {
    const text = cancelText(id);
    const size = encoder.encode(text).length;
    const error = `The maximum message size of ${size - 1}B was exceeded.`;
    for (const data of [text, encoder.encode(text)]) {
      const pieces = [...data].map((_, i) => data.slice(i, i + 1));
      for (const parts of [[data], pieces, [data.slice(0, 9), data.slice(9)]]) {
        const ids = decoded(jsonDecoder({ maxMessageSize: size }), ...parts);
        assertEquals<unknown>(ids, [cancel(id)]);
        const decoder = jsonDecoder({ maxMessageSize: size - 1 });
        assertThrows(() => decoded(decoder, ...parts), WireError, error);
      }
    }
  }
  // What was kept of one does not count for the next.
  const halves = Array(20).fill([PING.slice(0, 8), PING.slice(8)]).flat();
  assertEquals(decoded(jsonDecoder({ maxMessageSize: 11 }), ...halves).length, 20);
  // Many messages may come at once: each is measured alone.
  assertEquals(decoded(jsonDecoder({ maxMessageSize: 11 }), PING.repeat(5_000)).length, 5_000);
});

Deno.test("what never ends is refused at the limit, not kept", () => {
  const decoder = jsonDecoder({ maxMessageSize: 100 });
  for (let i = 0; i < 99; i++) assertEquals(decoded(decoder, " "), []);
  assertThrows(() => decoded(decoder, " "), WireError, "The maximum message size of 100B");
});

Deno.test("the limit of depth is the option, or 64", () => {
  const nested = (levels: number) =>
    `{"type":2,"invocationId":"1","item":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}\x1e`;
  assertEquals(decoded(jsonDecoder(limits), nested(64)).length, 1);
  assertThrows(() => decoded(jsonDecoder(limits), nested(65)), WireError, "at most 64 deep");
  const deeper = { ...limits, maxDepth: 65 };
  assertEquals(decoded(jsonDecoder(deeper), nested(65)).length, 1);
  // So deep that no engine reads it.
  const bomb = nested(40_000);
  assertThrows(() => decoded(jsonDecoder(limits), bomb), WireError);
});

Deno.test("bytes have to be UTF-8, and complete before a text follows", () => {
  for (const bytes of [[0xff], [0xc3, 0x28]]) {
    const decoder = jsonDecoder(limits);
    assertThrows(() => decoder.push(Uint8Array.from(bytes)), WireError, "Error reading JSON.");
  }
  const decoder = jsonDecoder(limits);
  assertEquals(decoded(decoder, encoder.encode(PING), PING, encoder.encode(PING)).length, 3);
  assertEquals(decoded(decoder, Uint8Array.of(0xc3)), []);
  assertThrows(() => decoder.push(PING), WireError, "Error reading JSON.");
  // A byte order mark is no white space of JSON.
  const marked = encoder.encode(`\ufeff${PING}`);
  assertThrows(() => decoded(jsonDecoder(limits), marked), WireError, "Error reading JSON.");
});

Deno.test("any text gives messages or a WireError, nothing else", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      "\x1e",
      '{"type":',
      "1",
      "3,",
      '"target":',
      "[",
      "]",
      "{",
      "}",
      '"invocationId":',
    ),
    fc.uint8Array({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const decoder = jsonDecoder({ maxMessageSize: 50 });
      try {
        for (const piece of pieces) for (const { type } of decoder.push(piece)) assert(type > 0);
      } catch (error) {
        assert(error instanceof WireError, `${error}`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a message in single characters takes time in proportion to its length", () => {
  assertLinear("pieces", (times) => {
    // So many that the collector has its share in both.
    const decoder = jsonDecoder({ maxMessageSize: 100 * times });
    for (let i = 0; i < 10 * times; i++) decoded(decoder, " ");
    assertEquals(decoded(decoder, PING).length, 1);
  });
});
