import { assertEquals } from "@std/assert";
import { HubError } from "../../src/client/hub_error.ts";
import { errorText, HubError as Thrown, texts } from "../../src/hubs/hub_error.ts";

Deno.test("it says what the handler said", () => {
  const text = errorText(texts.failed("join"), new Thrown("the room is full: 8"), false);
  const error = new HubError(text);
  assertEquals([error.name, error.message], ["HubError", "the room is full: 8"]);
  assertEquals(error instanceof Error, true);
});

Deno.test("of any other error it says what the server says", () => {
  const text = texts.failed("join");
  assertEquals(new HubError(text).message, text);
  assertEquals(new HubError(texts.unknown("jion")).message, "Unknown hub method 'jion'");
});
