import { assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { json } from "../../src/client/json.ts";
import { json as servers } from "../../src/wire/json.ts";
import type { HubMessage } from "../../src/wire/message.ts";

const decoder = () => json.decoder({ maxMessageSize: Infinity });
const call = (value: unknown): HubMessage => ({ type: 1, target: "a", arguments: [value] });

Deno.test("it is the encoding that servers call json, for text frames", () => {
  assertEquals([json.name, json.transferFormat], [servers.name, servers.transferFormat]);
});

Deno.test("a server reads what it writes, and it reads what a server writes", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const message = JSON.parse(JSON.stringify(call(value)));
    const theirs = servers.decoder({ maxMessageSize: 1_000_000 });
    if (/__proto__|\\u/.test(JSON.stringify(value))) return;
    assertEquals([...theirs.push(json.encode(message))], [message]);
    assertEquals([...decoder().push(servers.encode(message))], [message]);
  }));
});

Deno.test("messages come in any pieces, text or bytes", () => {
  const bytes = new TextEncoder().encode('{"type":6}\x1e{"type":3,"invocationId":"é"}\x1e');
  for (let at = 0; at < bytes.length; at++) {
    const reader = decoder();
    const all = [...reader.push(bytes.slice(0, at)), ...reader.push(bytes.slice(at))];
    assertEquals(all, [{ type: 6 }, { type: 3, invocationId: "é" }] as HubMessage[]);
  }
  const reader = decoder();
  assertEquals([...reader.push('{"ty')], []);
  assertEquals([...reader.push('pe":6}\x1e')], [{ type: 6 }]);
});

Deno.test("what is no JSON is an error", () => {
  assertThrows(() => [...decoder().push("{\x1e")], SyntaxError);
});

Deno.test("what would get lost is an error, wherever it is", () => {
  const lost = [
    new Map(),
    new Set(),
    Promise.resolve(),
    new Error("a"),
    new Uint8Array(),
    new ArrayBuffer(1),
    () => {},
    Symbol("a"),
  ];
  for (const value of lost) {
    for (const within of [value, [value], { a: { b: value } }]) {
      assertThrows(
        () => json.encode(call(within)),
        TypeError,
        "Cannot send to a hub: expected what JSON can carry, got ",
      );
    }
  }
  assertThrows(() => json.encode(call(1n)), TypeError);
  const circle: unknown[] = [];
  circle.push(circle);
  assertThrows(() => json.encode(call(circle)), TypeError);
});

Deno.test("dates are text, and whatever else says how it is written", () => {
  const date = new Date(0);
  const text = json.encode(call([date, { toJSON: () => 1 }, null, undefined]));
  assertEquals(
    text,
    `{"type":1,"target":"a","arguments":[["${date.toISOString()}",1,null,null]]}\x1e`,
  );
});
