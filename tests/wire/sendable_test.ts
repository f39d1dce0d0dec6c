import { assertEquals, assertThrows } from "@std/assert";
import { nextTurn } from "../../src/base/turn.ts";
import { checkSendable, unsendable } from "../../src/wire/sendable.ts";

const said = (got: string) =>
  `Cannot send a value to the other side of a hub: expected what JSON can carry, got ${got}`;

Deno.test("objects of which JSON makes empty ones are refused", () => {
  assertThrows(() => checkSendable(new Map()), TypeError, said("a Map"));
  assertThrows(() => checkSendable(new Set()), TypeError, said("a Set"));
  assertThrows(() => checkSendable(new WeakMap()), TypeError, said("a WeakMap"));
  assertThrows(() => checkSendable(new WeakSet()), TypeError, said("a WeakSet"));
  assertThrows(() => checkSendable(/x/), TypeError, said("a RegExp"));
  assertThrows(() => checkSendable(new RangeError("x")), TypeError, said("an Error"));
  for (const value of [{}, { a: 1 }, Object.create(null), new Date(), new URL("a:b")]) {
    checkSendable(value);
  }
});

Deno.test("a promise that nobody has awaited is refused, and does not end the process", async () => {
  const forgotten = Promise.reject(new Error("later"));
  assertThrows(() => checkSendable(forgotten), TypeError, said("a Promise"));
  await nextTurn();
});

Deno.test("a key __proto__ is refused, which ends the connection of clients", () => {
  const text = said("an object with a key __proto__");
  assertThrows(() => checkSendable(JSON.parse('{"__proto__":1}')), TypeError, text);
  checkSendable({ proto: 1 });
});

Deno.test("the error names what it got", () => {
  assertEquals(unsendable(1n), new TypeError(said("a bigint")));
  assertEquals(unsendable(() => {}), new TypeError(said("a function")));
  assertEquals(unsendable(Symbol()), new TypeError(said("a symbol")));
  assertEquals(unsendable({}, "this"), new TypeError(said("this")));
});
