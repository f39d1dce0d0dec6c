import { assertEquals, assertThrows } from "@std/assert";
import { call, checkSchema, isUpload, upload } from "../../src/hubs/parameters.ts";
import { number, text } from "../fixtures/schemas.ts";

Deno.test("a call has its parameters, and an answer if it returns one", () => {
  const one = call(text, number);
  assertEquals([one.parameters, one.result], [[text, number], undefined]);
  assertEquals(one.returns(number), { parameters: [text, number], result: number });
});

Deno.test("an upload is told from a schema", () => {
  assertEquals(upload(text), { upload: text });
  assertEquals([isUpload(upload(text)), isUpload(text)], [true, false]);
});

Deno.test("a schema may be a function, and has to be one of Standard Schema", () => {
  checkSchema("x", text);
  checkSchema("x", Object.assign(() => {}, text));
  const wrong: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    ["text", "string"],
    [String, "function"],
    [{}, "object"],
    [{ "~standard": {} }, "object"],
    [{ "~standard": null }, "object"],
    [[], "a list"],
  ];
  for (const [schema, got] of wrong) {
    assertThrows(
      () => checkSchema("do it", schema),
      TypeError,
      `Cannot do it: expected a schema of valibot, zod, arktype or the like, got ${got}`,
    );
    assertThrows(() => call(text, schema as never), TypeError, "Cannot declare a call");
    assertThrows(() => call(text).returns(schema as never), TypeError, "Cannot declare a call");
    assertThrows(() => upload(schema as never), TypeError, "Cannot declare an upload");
  }
});
