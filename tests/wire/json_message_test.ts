import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { jsonMessage } from "../../src/wire/json_message.ts";
import { PING } from "../../src/wire/message.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("each message is read as it is, with what else is in it", () => {
  for (
    const record of [
      { type: 1, target: "a", arguments: [] },
      { type: 1, invocationId: "1", target: "a", arguments: [1, null], streamIds: ["2"] },
      { type: 1, headers: { a: "b" }, target: "a", arguments: [] },
      { type: 2, invocationId: "1", item: null },
      { type: 3, invocationId: "1" },
      { type: 3, invocationId: "1", result: null },
      { type: 3, invocationId: "1", error: "no" },
      { type: 4, invocationId: "1", target: "a", arguments: [], streamIds: [] },
      { type: 5, invocationId: "1", more: true },
      { type: 7 },
      { type: 7, error: "no", allowReconnect: true },
      { type: 8, sequenceId: 1 },
      { type: 9, sequenceId: 2 ** 53 - 1 },
    ]
  ) assertStrictEquals<unknown>(jsonMessage(record), record);
  assertStrictEquals(jsonMessage({ type: 6, more: true }), PING);
});

Deno.test("an empty id of a call is none", () => {
  const call = { type: 1, target: "a", arguments: [] };
  assertEquals<unknown>(jsonMessage({ ...call, invocationId: "" }), call);
});

Deno.test("messages of a type that there is not are passed over", () => {
  for (const type of [0, 10, -1]) assertEquals(jsonMessage({ type, target: 1 }), undefined);
});

Deno.test("what is no message is refused in the words of ASP.NET Core", () => {
  const call = { type: 1, target: "a", arguments: [] };
  const stream = { ...call, type: 4, invocationId: "1" };
  const wrong: [object, string][] = [
    [{}, "Missing required property 'type'."],
    [{ type: "1" }, "Expected 'type' to be of type Number."],
    [{ type: 1.5 }, "Expected 'type' to be of type Number."],
    [{ type: null }, "Expected 'type' to be of type Number."],
    [{ type: 1, arguments: [] }, "Missing required property 'target'."],
    [{ type: 1, arguments: [], target: "" }, "Missing required property 'target'."],
    [{ type: 1, arguments: [], target: 1 }, "Expected 'target' to be of type String."],
    [{ type: 1, target: "a" }, "Missing required property 'arguments'."],
    [{ ...call, arguments: {} }, "Expected 'arguments' to be of type Array."],
    [{ ...call, arguments: null }, "Expected 'arguments' to be of type Array."],
    [{ ...call, invocationId: 1 }, "Expected 'invocationId' to be of type String."],
    [{ ...call, invocationId: null }, "Expected 'invocationId' to be of type String."],
    [{ ...call, streamIds: "1" }, "Expected 'streamIds' to be of type Array."],
    [{ ...call, streamIds: [1] }, "Expected 'streamIds' to be of type Array."],
    [{ ...call, headers: "" }, "Expected 'headers' to be of type StartObject."],
    [{ ...call, headers: null }, "Expected 'headers' to be of type StartObject."],
    [{ ...call, headers: [] }, "Expected 'headers' to be of type StartObject."],
    [{ ...call, headers: { a: 1 } }, "Expected header 'a' to be of type String."],
    [{ ...stream, invocationId: "" }, "Missing required property 'invocationId'."],
    [{ ...stream, target: undefined }, "Missing required property 'target'."],
    [{ ...stream, headers: 1 }, "Expected 'headers' to be of type StartObject."],
    [{ type: 2, item: 1 }, "Missing required property 'invocationId'."],
    [{ type: 2, invocationId: "1" }, "Missing required property 'item'."],
    [{ type: 2, invocationId: "1", item: 1, headers: 1 }, "Expected 'headers' to be of type"],
    [{ type: 3, result: 1 }, "Missing required property 'invocationId'."],
    [{ type: 3, invocationId: "1", error: null }, "Expected 'error' to be of type String."],
    [
      { type: 3, invocationId: "1", error: "", result: null },
      "The 'error' and 'result' properties are mutually exclusive.",
    ],
    [{ type: 5 }, "Missing required property 'invocationId'."],
    [{ type: 7, error: 1 }, "Expected 'error' to be of type String."],
    [{ type: 7, allowReconnect: 1 }, "Expected 'allowReconnect' to be true or false."],
    [{ type: 8 }, "Missing required property 'sequenceId'."],
    [{ type: 9, sequenceId: "1" }, "Expected 'sequenceId' to be of type Number."],
  ];
  for (const [record, message] of wrong) {
    assertThrows(() => jsonMessage({ ...record }), WireError, message);
  }
});
