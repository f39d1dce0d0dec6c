import { assertEquals, assertThrows } from "@std/assert";
import { jsonText } from "../../src/wire/json_text.ts";

const text = (payload: unknown) => jsonText({ payload }, payload);
const refused = (payload: unknown, got: string) =>
  assertThrows(
    () => text(payload),
    TypeError,
    `Cannot send a value to the other side of a hub: expected ${got}`,
  );

Deno.test("what JSON can carry is what JSON.stringify makes of it", () => {
  class Point {
    x = 1;
    get sum() {
      return 2;
    }
    move() {}
  }
  const bare = Object.assign(Object.create(null), { a: 1 });
  const old = Object.assign(Object.create({ inherited() {} }), { own: [1] });
  for (
    const payload of [
      1,
      "ü\x1e",
      null,
      true,
      [undefined, [NaN]],
      { a: undefined, b: [{}] },
      new Date(0),
      new URL("https://example.com/"),
      { toJSON: () => ({ a: 1 }) },
      [new Point(), bare, old],
    ]
  ) assertEquals(text(payload), JSON.stringify({ payload }));
});

Deno.test("bytes become base64, wherever they are, and only their own", () => {
  const { buffer } = Uint8Array.of(1, 2, 3);
  const payload = [buffer, { a: new Uint8Array(buffer, 1, 1), b: [new DataView(buffer, 2)] }, "x"];
  assertEquals(text(payload), '{"payload":["AQID",{"a":"Ag==","b":["Aw=="]},"x"]}');
  // Bytes whose toJSON gives numbers, as Node's own have it.
  const node = Object.assign(Uint8Array.of(1), { toJSON: () => [1] });
  assertEquals(
    text({ node, date: new Date(0) }),
    `{"payload":{"node":"AQ==","date":"${new Date(0).toJSON()}"}}`,
  );
});

Deno.test("what would get lost is refused, and a key __proto__", () => {
  for (const value of [1n, () => {}, Symbol()]) {
    for (const payload of [value, [value], { a: { b: value } }, [new Uint8Array(), value]]) {
      refused(payload, `what JSON can carry, got a ${typeof value}`);
    }
  }
  refused([new Map()], "what JSON can carry, got a Map");
  refused({ a: new Set() }, "what JSON can carry, got a Set");
  refused(JSON.parse('[{"__proto__":1}]'), "what JSON can carry, got an object with a key");
});

Deno.test("a circle is refused, and what is nested deeper than 100", () => {
  const circle: unknown[] = [];
  circle.push({ circle });
  refused(circle, "lists and objects nested at most 100 deep, got more, or a circle");
  const nested = (levels: number): unknown => levels === 0 ? 0 : [nested(levels - 1)];
  assertEquals(text(nested(100)).length, 200 + 13);
  refused(nested(101), "lists and objects nested at most 100 deep");
  const objects = (levels: number): unknown => levels === 0 ? 0 : { a: objects(levels - 1) };
  text(objects(100));
  refused(objects(101), "lists and objects nested at most 100 deep");
});
