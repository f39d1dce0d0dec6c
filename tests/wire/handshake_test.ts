import { assertEquals, assertThrows } from "@std/assert";
import {
  HandshakeReader,
  handshakeRefusal,
  handshakeRequest,
  handshakeResponse,
  readHandshakeRequest,
  readHandshakeResponse,
} from "../../src/wire/handshake.ts";
import { WireError } from "../../src/wire/wire_error.ts";
import { hex } from "../support/hub_messages.ts";

const encoder = new TextEncoder();

Deno.test("a request is what SignalR's specification shows, and is read back", () => {
  const request = { protocol: "messagepack", version: 1 };
  const text = '{"protocol":"messagepack","version":1}';
  assertEquals(handshakeRequest(request), `${text}\x1e`);
  assertEquals(readHandshakeRequest(text), request);
  assertEquals(readHandshakeRequest('{"version":2,"new":[{}],"protocol":"x"}'), {
    protocol: "x",
    version: 2,
  });
});

Deno.test("a response is empty or an error, and is read back", () => {
  assertEquals([handshakeResponse(), handshakeResponse("no")], ["{}\x1e", '{"error":"no"}\x1e']);
  assertEquals([readHandshakeResponse("{}"), readHandshakeResponse('{"error":"no"}')], [
    {},
    { error: "no" },
  ]);
});

Deno.test("what is no request is refused in the words of ASP.NET Core", () => {
  const wrong = {
    "": "Error reading JSON.",
    "42": "Unexpected JSON Token Type 'Number'. Expected a JSON Object.",
    '{"version":1}': "Missing required property 'protocol'. Message content: {\"version\":1}",
    '{"protocol":"x"}': 'Missing required property \'version\'. Message content: {"protocol":"x"}',
    '{"protocol":1,"version":1}': "Expected 'protocol' to be of type String.",
    '{"protocol":"x","version":"1"}': "Expected 'version' to be of type Number.",
    '{"protocol":"x","version":1.5}': "Expected 'version' to be of type Number.",
    '{"a":[[[[[[[[]]]]]]]]}': "Cannot read a message: expected lists and objects nested at most 8",
  };
  for (const [text, message] of Object.entries(wrong)) {
    assertThrows(() => readHandshakeRequest(text), WireError, message);
  }
});

Deno.test("what is no response is refused", () => {
  const text = "Expected a handshake response from the server.";
  assertThrows(() => readHandshakeResponse('{"type":6}'), WireError, text);
  const type = "Expected 'error' to be of type String.";
  assertThrows(() => readHandshakeResponse('{"error":1}'), WireError, type);
});

Deno.test("a protocol that there is not is refused, and a version, in the words of ASP.NET Core", () => {
  const refusal = (protocol: string, version: number) =>
    handshakeRefusal({ protocol, version }, ["json", "messagepack"]);
  assertEquals([refusal("json", 1), refusal("messagepack", 2)], [undefined, undefined]);
  assertEquals(refusal("blazorpack", 1), "The protocol 'blazorpack' is not supported.");
  for (const version of [0, 3, -1]) {
    const text = `The server does not support version ${version} of the 'json' protocol.`;
    assertEquals(refusal("json", version), text);
  }
});

Deno.test("a handshake is found in text and in bytes, wherever it is split", () => {
  const text = '{"protocol":"jsön","version":1}';
  const whole = `${text}\x1e{"type":6}\x1e`;
  for (let at = 0; at < whole.length; at++) {
    const reader = new HandshakeReader(1000);
    const first = reader.push(whole.slice(0, at));
    const found = first ?? reader.push(whole.slice(at));
    const rest = first === undefined ? '{"type":6}\x1e' : whole.slice(text.length + 1, at);
    assertEquals(found, { text, rest });
  }
  const bytes = encoder.encode(whole);
  const reader = new HandshakeReader(1000);
  for (const [at, byte] of bytes.entries()) {
    const found = reader.push(Uint8Array.of(byte));
    if (byte !== 0x1e) assertEquals(found, undefined);
    else {
      assertEquals([found?.text, found?.rest.length], [text, 0]);
      assertEquals(at, encoder.encode(text).length);
      break;
    }
  }
  const rest = new HandshakeReader(1000).push(bytes)?.rest;
  assertEquals(hex(rest as Uint8Array), hex(encoder.encode('{"type":6}\x1e')));
});

Deno.test("a handshake that is too large is refused, before its end too; what follows does not count", () => {
  const text = "The maximum message size of 10B was exceeded.";
  const nine = "123456789";
  for (const whole of [`${nine}\x1eand more`, `jsön5678\x1eand more`]) {
    const length = whole.indexOf("\x1e");
    assertEquals(new HandshakeReader(10).push(whole)?.text, whole.slice(0, length));
    assertEquals(new HandshakeReader(10).push(encoder.encode(whole))?.text.length, length);
  }
  for (const whole of [`${nine}0\x1e`, `${nine}0`, "jsön56789"]) {
    assertThrows(() => new HandshakeReader(10).push(whole), WireError, text);
    assertThrows(() => new HandshakeReader(10).push(encoder.encode(whole)), WireError, text);
  }
  const reader = new HandshakeReader(10);
  for (const unit of nine) assertEquals(reader.push(unit), undefined);
  assertThrows(() => reader.push("0"), WireError, text);
});
