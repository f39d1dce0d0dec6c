import { assertEquals, assertThrows } from "@std/assert";
import { missing, readRecord, SEPARATOR, textOf, wrongType } from "../../src/wire/json_record.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("messages end with a character that no JSON has in it", () => {
  assertEquals([SEPARATOR, JSON.stringify(SEPARATOR)], ["\u001e", '"\\u001e"']);
});

Deno.test("what is no object is refused in the words of ASP.NET Core", () => {
  const wrong = {
    "": "Error reading JSON.",
    "{": "Error reading JSON.",
    "{}{}": "Error reading JSON.",
    "[]": "Unexpected JSON Token Type 'Array'. Expected a JSON Object.",
    "42": "Unexpected JSON Token Type 'Number'. Expected a JSON Object.",
    '"x"': "Unexpected JSON Token Type 'String'. Expected a JSON Object.",
    "null": "Unexpected JSON Token Type 'Null'. Expected a JSON Object.",
    "true": "Unexpected JSON Token Type 'True'. Expected a JSON Object.",
    "false": "Unexpected JSON Token Type 'False'. Expected a JSON Object.",
  };
  for (const [text, message] of Object.entries(wrong)) {
    assertThrows(() => readRecord(text, 64), WireError, message);
  }
  assertEquals(readRecord('{"a":[1]}', 64), { a: [1] });
});

Deno.test("depth is counted from the object on, through lists and objects", () => {
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
    const nested = (levels: number) =>
      `{"x":${open.repeat(levels - 1)}0${close.repeat(levels - 1)}}`;
    for (const max of [3, 10, 64]) {
      readRecord(nested(max), max);
      // Enough brackets to look at each of them.
      readRecord(
        nested(max).replace("{", `{"flat":${JSON.stringify(Array(max).fill([]))},`),
        max,
      );
      assertThrows(() => readRecord(nested(max + 1), max), WireError, `at most ${max} deep`);
    }
  }
});

Deno.test("many lists and objects side by side are not nested", () => {
  const flat = {
    lists: Array(1000).fill([]),
    objects: Array(1000).fill({}),
    text: "[{".repeat(99),
  };
  assertEquals(readRecord(JSON.stringify(flat), 3), flat);
});

Deno.test("a key __proto__ is refused, however it is written and wherever it stands", () => {
  const text = "Cannot read a message: expected no key __proto__, got one";
  for (
    const json of [
      '{"__proto__":1}',
      '{"a":[{"__proto__":{"admin":true}}]}',
      '{"\\u005f_proto__":1}',
      '{"__pr\\u006Fto__":1}',
    ]
  ) assertThrows(() => readRecord(json, 64), WireError, text);
  // As a text it harms nobody.
  for (const value of ["__proto__", "\u001e", "constructor"]) {
    assertEquals(readRecord(JSON.stringify({ value }), 64), { value });
  }
  assertEquals(readRecord('{"constructor":1}', 64), { constructor: 1 } as never);
});

Deno.test("a text is a text or is not there", () => {
  assertEquals([textOf({ a: "x" }, "a"), textOf({ a: "" }, "a"), textOf({}, "a")], [
    "x",
    "",
    undefined,
  ]);
  for (const a of [null, 1, [], {}]) {
    assertThrows(() => textOf({ a }, "a"), WireError, "Expected 'a' to be of type String.");
  }
});

Deno.test("the errors are those of ASP.NET Core", () => {
  assertEquals(wrongType("a", "Array"), new WireError("Expected 'a' to be of type Array."));
  assertEquals(missing("a"), new WireError("Missing required property 'a'."));
});
