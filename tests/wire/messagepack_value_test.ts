import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { plainValue } from "../../src/wire/messagepack_value.ts";
import { hex } from "../support/hub_messages.ts";

const written = (value: unknown) => hex(encode(plainValue(value), { maxDepth: 102 }));

const refused = (value: unknown, got: string) =>
  assertThrows(
    () => written(value),
    TypeError,
    `Cannot send a value to the other side of a hub: expected ${got}`,
  );

Deno.test("each kind of value has its form", () => {
  assertEquals(written(["a", 1, true, false, null, undefined]), "96a16101c3c2c0c0");
  assertEquals(written({ a: [1], b: {} }), "82a1619101a16280");
  assertEquals(written(new Date(0)), "d6ff00000000");
});

Deno.test("of bytes and views those are written that are theirs", () => {
  const { buffer } = Uint8Array.of(1, 2, 3);
  assertEquals(written(buffer), "c403010203");
  assertEquals(written(new Uint8Array(buffer, 1, 1)), "c40102");
  assertEquals(written(new DataView(buffer, 2)), "c40103");
  // Bytes whose toJSON gives numbers, as Node's own have it.
  assertEquals(written(Object.assign(Uint8Array.of(1), { toJSON: () => [1] })), "c40101");
});

Deno.test("as in JSON, undefined properties are left out and toJSON is asked", () => {
  class Point {
    x = 1;
    y = undefined;
    move() {}
  }
  assertEquals(written(new Point()), "81a17801");
  assertEquals(written({ toJSON: (key: string) => [key] }), "91a0");
  assertEquals(written(new URL("a:b")), "a3613a62");
  assertEquals(written(Object.assign(new Map(), { toJSON: () => 1 })), "01");
  assertEquals(written({ a: undefined, b: { toJSON: () => undefined } }), "80");
});

Deno.test("what would get lost is refused, and a key __proto__", () => {
  for (const value of [1n, () => {}, Symbol()]) {
    refused([{ value }], `what JSON can carry, got a ${typeof value}`);
  }
  refused([new Map()], "what JSON can carry, got a Map");
  refused({ a: new Set() }, "what JSON can carry, got a Set");
  const named: object = Object.create(null);
  Object.defineProperty(named, "__proto__", { value: 1, enumerable: true });
  refused(named, "what JSON can carry, got an object with a key");
  refused(JSON.parse('[{"__proto__":1}]'), "what JSON can carry, got an object with a key");
});

Deno.test("a circle is refused, and what is nested deeper than 100", () => {
  const circle: unknown[] = [];
  circle.push({ circle });
  refused(circle, "lists and objects nested at most 100 deep, got more, or a circle");
  const lists = (levels: number): unknown => levels === 0 ? 0 : [lists(levels - 1)];
  const objects = (levels: number): unknown => levels === 0 ? 0 : { a: objects(levels - 1) };
  const said = (levels: number): unknown => levels === 0 ? 0 : { toJSON: () => said(levels - 1) };
  for (const nested of [lists, objects, said]) {
    written(nested(100));
    refused(nested(101), "lists and objects nested at most 100 deep");
  }
});

Deno.test("an invalid date is null, as in JSON; any other is a timestamp", () => {
  const date = (time: number) => written([new Date(time)]);
  assertEquals([date(NaN), date(1000)], ["91c0", "91d6ff00000001"]);
  assertEquals(date(-1), "91c70cff3b8b87c0ffffffffffffffff");
});

Deno.test("half of a surrogate pair becomes U+FFFD, in keys too: it would be no UTF-8", () => {
  assertEquals(plainValue(["\ud800", "a\udc00", "😀", "\ufeff\ud800"]), [
    "\ufffd",
    "a\ufffd",
    "😀",
    "\ufeff\ufffd",
  ]);
  assertEquals(plainValue({ "\ud800": 1 }), { "\ufffd": 1 });
});

Deno.test("a getter is asked once: asked again, it could say something else", () => {
  let asked = 0;
  const value = {
    get a() {
      return asked++ === 0 ? undefined : new Map();
    },
    b: 1,
  };
  assertEquals([written(value), asked], ["81a16201", 1]);
});

Deno.test("a list without some of its items has null there", () => {
  const sparse: unknown[] = [];
  sparse[2] = 1;
  assertEquals(written(sparse), "93c0c001");
});
