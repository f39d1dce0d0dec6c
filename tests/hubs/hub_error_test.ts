import { assertEquals } from "@std/assert";
import { errorText, HubError, isA, isAbort, texts } from "../../src/hubs/hub_error.ts";

Deno.test("clients are told of errors that are meant for them", () => {
  assertEquals(errorText("It failed.", new HubError("why"), false), "It failed. HubException: why");
  class Own extends HubError {}
  assertEquals(errorText("It failed.", new Own("why"), false), "It failed. HubException: why");
  assertEquals(new HubError("why").name, "HubError");
});

Deno.test("of other errors they learn that there was one, or all if the hub says so", () => {
  for (
    const [error, detail] of [
      [new RangeError("secret"), "RangeError: secret"],
      ["text", "string: text"],
      [null, "object: null"],
    ] as const
  ) {
    assertEquals(errorText("It failed.", error, false), "It failed.");
    assertEquals(errorText("It failed.", error, true), `It failed. ${detail}`);
  }
});

/** What throws whatever it is asked. */
const hostile: object = new Proxy({}, {
  get() {
    throw new Error("no property");
  },
  getPrototypeOf() {
    throw new Error("no prototype");
  },
});

Deno.test("an error that throws when it is asked is none of any kind, and says nothing", () => {
  assertEquals([isA(Error, hostile), isAbort(hostile)], [false, false]);
  assertEquals([isA(RangeError, new RangeError()), isA(RangeError, new Error())], [true, false]);
  assertEquals(errorText("It failed.", hostile, true), "It failed.");
  const secretive = Object.defineProperty(new HubError(), "message", {
    get() {
      throw new Error("no message");
    },
  });
  assertEquals(errorText("It failed.", secretive, false), "It failed.");
});

Deno.test("who gives up for a signal says so by the name of its error", () => {
  assertEquals(isAbort(new DOMException("gave up", "AbortError")), true);
  assertEquals([isAbort(new Error("AbortError")), isAbort("AbortError")], [false, false]);
});

Deno.test("the texts are those of ASP.NET Core", () => {
  assertEquals({
    unknown: texts.unknown("x"),
    failed: texts.failed("x"),
    refused: texts.refused("x"),
    notStreaming: texts.notStreaming("x"),
    streaming: texts.streaming("x"),
    inUse: texts.inUse("7"),
    whileStreaming: texts.whileStreaming,
    handshake: texts.handshake,
    closed: texts.closed,
  }, {
    unknown: "Unknown hub method 'x'",
    failed: "An unexpected error occurred invoking 'x' on the server.",
    refused: "Failed to invoke 'x' due to an error on the server.",
    notStreaming:
      "The client attempted to invoke the non-streaming 'x' method with a streaming invocation.",
    streaming:
      "The client attempted to invoke the streaming 'x' method with a non-streaming invocation.",
    inUse: "Invocation ID '7' is already in use.",
    whileStreaming: "An error occurred on the server while streaming results.",
    handshake: "An unexpected error occurred during connection handshake.",
    closed: "Connection closed with an error.",
  });
});
