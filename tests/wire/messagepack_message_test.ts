import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { PING } from "../../src/wire/message.ts";
import { messagePackMessage } from "../../src/wire/messagepack_message.ts";
import { WireError } from "../../src/wire/wire_error.ts";

Deno.test("each message is read from its fields, those behind them passed over", () => {
  const headers = { a: "b" };
  const invocationId = "1";
  const forms: [unknown[], unknown][] = [
    [[1, {}, null, "a", []], { type: 1, target: "a", arguments: [] }],
    [[1, {}, "", "a", []], { type: 1, target: "a", arguments: [] }],
    [[1, headers, "1", "a", [1], ["2"], 0], {
      type: 1,
      headers,
      invocationId,
      target: "a",
      arguments: [1],
      streamIds: ["2"],
    }],
    [[1, {}, "1", "a", [], []], { type: 1, invocationId, target: "a", arguments: [] }],
    [[4, headers, "1", "a", [], ["2"]], {
      type: 4,
      headers,
      invocationId,
      target: "a",
      arguments: [],
      streamIds: ["2"],
    }],
    [[2, headers, "1", null], { type: 2, headers, invocationId, item: null }],
    [[3, headers, "1", 1, "no"], { type: 3, headers, invocationId, error: "no" }],
    [[3, {}, "1", 1, null], { type: 3, invocationId, error: "" }],
    [[3, {}, "1", 2], { type: 3, invocationId }],
    [[3, {}, "1", 2, 5], { type: 3, invocationId }],
    [[3, {}, "1", 3, null], { type: 3, invocationId, result: null }],
    [[5, headers, "1"], { type: 5, headers, invocationId }],
    [[7, null], { type: 7, allowReconnect: false }],
    [[7, "no", true], { type: 7, error: "no", allowReconnect: true }],
    [[8, 1], { type: 8, sequenceId: 1 }],
    [[9, 1, 2], { type: 9, sequenceId: 1 }],
  ];
  for (const [fields, message] of forms) assertEquals<unknown>(messagePackMessage(fields), message);
  assertStrictEquals(messagePackMessage([6, 1]), PING);
});

Deno.test("messages of a type that there is not are passed over", () => {
  for (const type of [0, 10, -1]) assertEquals(messagePackMessage([type]), undefined);
});

Deno.test("what is no message is refused in the words of ASP.NET Core", () => {
  const wrong: [unknown, string][] = [
    [{}, "Reading array length for 'message' failed."],
    [null, "Reading array length for 'message' failed."],
    [[], "Reading 'messageType' as Int32 failed."],
    [["1"], "Reading 'messageType' as Int32 failed."],
    [[1], "Reading map length for 'headers' failed."],
    [[1, null, "1", "a", []], "Reading map length for 'headers' failed."],
    [[1, [], "1", "a", []], "Reading map length for 'headers' failed."],
    [[1, { a: "" }, "1", "a", []], "Null or empty value in header."],
    [[1, { a: 1 }, "1", "a", []], "Null or empty value in header."],
    [[1, {}, 1, "a", []], "Reading 'invocationId' as String failed."],
    [[1, {}, "1", 1, []], "Reading 'target' as String failed."],
    [[1, {}, "1", "", []], "Null or empty target for Invocation message."],
    [[1, {}, "1"], "Null or empty target for Invocation message."],
    [[1, {}, "1", "a"], "Reading array length for 'arguments' failed."],
    [[1, {}, "1", "a", [], "2"], "Reading array length for 'streamIds' failed."],
    [[1, {}, "1", "a", [], [""]], "Null or empty value in streamIds received."],
    [[1, {}, "1", "a", [], [2]], "Null or empty value in streamIds received."],
    [[4, {}, null, "a", []], "Null or empty invocation ID for StreamInvocation message."],
    [[4, {}, "1", null, []], "Null or empty target for StreamInvocation message."],
    [[2, {}, "", 1], "Null or empty invocation ID for StreamItem message."],
    [[2, {}, "1"], "Cannot read a message: expected an item, got none"],
    [[3, {}, null, 2], "Null or empty invocation ID for Completion message."],
    [[3, {}, "1"], "Invalid invocation result kind."],
    [[3, {}, "1", 4, 1], "Invalid invocation result kind."],
    [[3, {}, "1", 1], "Cannot read a message: expected an error, got none"],
    [[3, {}, "1", 3], "Cannot read a message: expected a result, got none"],
    [[3, {}, "1", 1, 5], "Reading 'error' as String failed."],
    [[5, {}, ""], "Null or empty invocation ID for CancelInvocation message."],
    [[7, 1], "Reading 'error' as String failed."],
    [[7, null, 1], "Reading 'allowReconnect' as Boolean failed."],
    [[8], "Reading 'sequenceId' as Int64 failed."],
    [[9, 1n], "Reading 'sequenceId' as Int64 failed."],
  ];
  for (const [fields, text] of wrong) {
    assertThrows(() => messagePackMessage(fields), WireError, text);
  }
});
