import { assertEquals, assertThrows } from "@std/assert";
import {
  checkBytes,
  checkMade,
  checkNames,
  checkNumber,
  checkOption,
  checkSeconds,
  pick,
} from "../../src/base/options.ts";

Deno.test("checkOption takes what is not given, and the right type", () => {
  checkOption("onError", undefined, "function");
  checkOption("onError", () => {}, "function");
  checkOption("trustProxy", false, "boolean");
  const error = assertThrows(() => checkOption("trustProxy", "yes", "boolean"), TypeError);
  assertEquals(error.message, "Cannot use option trustProxy: expected true or false, got string");
});

Deno.test("checkSeconds takes a tenth of a second to a day, and 0 where that switches off", () => {
  for (const seconds of [0.1, 1, 86_400]) assertEquals(checkSeconds("x", seconds, 0.1), seconds);
  assertEquals(checkSeconds("x", 0, 0), 0);
  assertEquals([checkSeconds("x", 0.1, 0), checkSeconds("x", 86_400, 0)], [0.1, 86_400]);
  for (const bad of [0, 0.09, 86_401, -1, NaN, Infinity]) {
    assertThrows(() => checkSeconds("x", bad, 0.1), RangeError, `got ${bad}`);
  }
  assertThrows(() => checkSeconds("x", "1" as never, 0), TypeError, "0 (off) or 0.1 to 86400");
});

Deno.test("checkBytes takes whole numbers from 1 to the most", () => {
  for (const bytes of [1, 5]) assertEquals(checkBytes("x", bytes, 5), bytes);
  for (const bad of [0, 6, 1.5, NaN]) assertThrows(() => checkBytes("x", bad, 5), RangeError);
});

Deno.test("checkMade takes one thing or a list of them, and says who makes them", () => {
  const one = { admit() {} };
  assertEquals(checkMade("limits", one, "admit", "perAddress"), [one]);
  assertEquals(checkMade("limits", [one, one], "admit", "perAddress"), [one, one]);
  assertEquals(checkMade("limits", [], "admit", "perAddress"), []);
  for (const [wrong, got] of [[5, "number"], [[one, null], "null"], [[{}], "object"]] as const) {
    const error = assertThrows(
      () => checkMade("limits", wrong as never, "admit" as never, "perAddress"),
      TypeError,
    );
    assertEquals(
      error.message,
      `Cannot use option limits: expected perAddress({ … }), or a list, got ${got}`,
    );
  }
});

Deno.test("checkNumber tells a wrong type from a wrong value", () => {
  assertEquals(checkNumber("x", 3, true, "3"), 3);
  assertThrows(() => checkNumber("x", 3, false, "4"), RangeError, "expected 4, got 3");
  assertThrows(() => checkNumber("x", null as never, true, "4"), TypeError, "got null");
});

Deno.test("checkNames refuses what nobody reads, and says what was meant", () => {
  const names = ["requireOrigin", "maxPayloadLength", "port", "hostname", "key", "TLS"];
  checkNames("serve", {}, names);
  checkNames("serve", { port: 1, key: undefined }, names);
  for (
    const [wrong, meant] of [
      ["requireOrgin", "requireOrigin"],
      ["maxPayloadLenght", "maxPayloadLength"],
      ["prot", "port"],
      ["hostName", "hostname"],
      ["keys", "key"],
      ["REQUIREORIGIN", "requireOrigin"],
      ["tls", "TLS"],
    ]
  ) {
    const error = assertThrows(() => checkNames("serve", { [wrong!]: 1 }, names), TypeError);
    assertEquals(
      error.message,
      `Cannot use options of serve: expected ${meant} (did you mean that?), got ${wrong}`,
    );
  }
});

Deno.test("checkNames means the nearest of several, whichever comes first", () => {
  for (const names of [["maxQueue", "maxQueues"], ["maxQueues", "maxQueue"]]) {
    const error = assertThrows(() => checkNames("serve", { maxQueuess: 1 }, names), TypeError);
    assertEquals(error.message.includes("expected maxQueues (did"), true, error.message);
  }
});

Deno.test("checkNames lists what there is where nothing comes near", () => {
  const error = assertThrows(() => checkNames("serve", { cors: true }, ["port", "key"]), TypeError);
  assertEquals(error.message, "Cannot use options of serve: expected one of port, key, got cors");
});

Deno.test("checkNames does not mean what is much longer, though it has all the letters", () => {
  const names = ["maxPayloadLength", "port"];
  assertThrows(() => checkNames("serve", { max: 1 }, names), TypeError, "expected one of max");
});

Deno.test("checkNames takes objects only", () => {
  for (const wrong of [null, undefined, "x", 1, () => {}]) {
    assertThrows(() => checkNames("serve", wrong, []), TypeError, "expected an object, got");
  }
});

Deno.test("pick hands on what is given, and leaves out what is not, or is somebody else's", () => {
  const options: { port?: number; key?: string | undefined; cert?: string } = {
    port: 0,
    key: undefined,
    cert: "C",
  };
  assertEquals(pick(options, ["port", "key"]), { port: 0 });
  assertEquals(pick(options, []), {});
  // An object that `serve` was handed before may stand behind a new one.
  const inherited: typeof options = Object.create(options, { cert: { value: "D" } });
  assertEquals(pick(inherited, ["port", "cert"]), { port: 0, cert: "D" });
});
