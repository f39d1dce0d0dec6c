import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ENCODINGS, Encodings } from "../../src/hubs/encodings.ts";
import { json } from "../../src/wire/json.ts";
import { messagePack } from "../support/messagepack.ts";

Deno.test("JSON is at hand, and nothing is loaded for it", () => {
  let loads = 0;
  const encodings = new Encodings(() => Promise.resolve((loads++, messagePack)));
  assertEquals(ENCODINGS, ["json", "messagepack"]);
  assertStrictEquals(encodings.find("json"), json);
  assertEquals(loads, 0);
});

Deno.test("MessagePack is loaded once, and then at hand", async () => {
  let loads = 0;
  const encodings = new Encodings(() => Promise.resolve((loads++, messagePack)));
  const first = encodings.find("messagepack");
  assertStrictEquals(encodings.find("messagepack"), first);
  assertStrictEquals(await first, messagePack);
  assertStrictEquals(encodings.find("messagepack"), messagePack);
  assertEquals(loads, 1);
});

Deno.test("by itself it loads the library that is installed", async () => {
  assertEquals((await new Encodings().find("messagepack")).name, "messagepack");
});

Deno.test("what cannot be loaded is not tried again, and told of once", async () => {
  let loads = 0;
  const encodings = new Encodings(() => Promise.reject(new Error(`not there ${++loads}`)));
  const told: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    await assertRejects(async () => await encodings.find("messagepack"), Error, "not there 1");
    encodings.tell((error) => told.push(error), `error ${i}`);
  }
  assertEquals([loads, told], [1, ["error 0"]]);
  assertStrictEquals(encodings.find("json"), json);
});
