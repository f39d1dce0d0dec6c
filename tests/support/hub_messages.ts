import fc from "npm:fast-check@4.10.2";
import type { HubMessage } from "../../src/wire/message.ts";
import type { Decoder } from "../../src/wire/protocol.ts";

const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((value) => value.isWellFormed());
const id = text.filter((value) => value !== "");
const key = text.filter((value) => value !== "__proto__");

/** What JSON and MessagePack both carry as it is. */
const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger().map((value) => value + 0),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 20, noNullPrototype: true }),
  ),
})).value;

const headers = fc.dictionary(key, id, { minKeys: 1, maxKeys: 2, noNullPrototype: true });
const streamIds = fc.array(id, { minLength: 1, maxLength: 3 });
const list = fc.array(value, { maxLength: 4 });

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, ...optional: string[]) =>
  fc.record(model, {
    noNullPrototype: true,
    requiredKeys: Object.keys(model).filter((name) => !optional.includes(name)) as never[],
  });

/** Any message of the hub protocol that both encodings carry as it is. */
export const message = fc.oneof(
  record(
    {
      type: fc.constant(1),
      headers,
      invocationId: id,
      target: id,
      arguments: list,
      streamIds,
    },
    "headers",
    "invocationId",
    "streamIds",
  ),
  record(
    {
      type: fc.constant(4),
      headers,
      invocationId: id,
      target: id,
      arguments: list,
      streamIds,
    },
    "headers",
    "streamIds",
  ),
  record({ type: fc.constant(2), headers, invocationId: id, item: value }, "headers"),
  record({ type: fc.constant(3), headers, invocationId: id, result: value }, "headers", "result"),
  record({ type: fc.constant(3), headers, invocationId: id, error: text }, "headers"),
  record({ type: fc.constant(5), headers, invocationId: id }, "headers"),
  fc.constant({ type: 6 }),
  record({ type: fc.constant(7), error: text, allowReconnect: fc.boolean() }, "error"),
  record({ type: fc.constantFrom(8, 9), sequenceId: fc.maxSafeNat() }),
) as fc.Arbitrary<HubMessage>;

/** What a decoder makes of pieces. */
export function decoded(
  decoder: Decoder,
  ...pieces: readonly (string | Uint8Array)[]
): HubMessage[] {
  return pieces.flatMap((piece) => [...decoder.push(piece)]);
}

/** The bytes of hexadecimal digits; spaces are for people. */
export function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
