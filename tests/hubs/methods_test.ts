import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkClientSide, makeCallable, MethodMap } from "../../src/hubs/methods.ts";
import { call, upload } from "../../src/hubs/parameters.ts";
import { number, text } from "../fixtures/schemas.ts";

const none = makeCallable("method", [], () => {});

Deno.test("a method knows its schemas, values and uploads apart", () => {
  const parameters = [text, upload(number), number] as const;
  const made = makeCallable("stream", parameters, () => {});
  assertEquals(made, { kind: "stream", parameters });
  const found = new MethodMap({ made }).find("made");
  assertEquals(found?.kind, "stream");
  assertEquals(found?.values, [text, number]);
  assertEquals(found?.uploads, [number]);
  assertEquals(found?.isUpload, [false, true, false]);
});

Deno.test("methods are found in whatever case, and nothing else is", () => {
  const map = new MethodMap({ sendAll: none, other: none });
  for (const name of ["sendAll", "SENDALL", "sendall"]) {
    assertEquals(map.find(name)?.name, "sendAll");
  }
  for (const name of ["", "send", "__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assertEquals(map.find(name), undefined);
  }
  assert(map.find("other"));
  const odd = new MethodMap({ ["__proto__"]: none, constructor: none });
  assert(odd.find("__proto__") && odd.find("constructor"));
});

Deno.test("what is no method is refused, by its name", () => {
  const wrong: [unknown, string][] = [
    [null, "expected methods in an object, got null"],
    [5, "expected methods in an object, got number"],
    [{ a: () => {} }, "expected a to be made by method or stream, got function"],
    [{ a: { kind: "method", parameters: [] } }, "expected a to be made by method or stream"],
    [{ a: null }, "expected a to be made by method or stream, got null"],
    [{ ab: none, aB: none }, "expected names that differ not only in case, got ab and aB"],
    [{ onConnected: none }, "expected onConnected among the options"],
    [{ onDisconnected: none }, "expected onDisconnected among the options"],
  ];
  for (const [methods, message] of wrong) {
    assertThrows(() => new MethodMap(methods as never), TypeError, message);
  }
});

Deno.test("a method needs schemas and a handler", () => {
  assertThrows(
    () => makeCallable("method", 5 as never, () => {}),
    TypeError,
    "Cannot make a method: expected a list of schemas, got number",
  );
  assertThrows(
    () => makeCallable("stream", [String as never], () => {}),
    TypeError,
    "Cannot make a stream: expected a schema",
  );
  assertThrows(
    () => makeCallable("method", [null as never], () => {}),
    TypeError,
    "expected a schema of valibot, zod, arktype or the like, got null",
  );
  assertThrows(
    () => makeCallable("method", [], 5 as never),
    TypeError,
    "Cannot make a method: expected a handler, got number",
  );
});

Deno.test("what the server may call is made by call, under names that mean nothing else", () => {
  checkClientSide({ client: {} });
  checkClientSide({ client: { a: call(text), b: call().returns(number) } });
  const wrong: [unknown, string][] = [
    [undefined, "undefined"],
    [{ clients: {} }, "expected client (did you mean that?), got clients"],
    [{}, "expected client to be an object of calls, got undefined"],
    [{ client: null }, "expected client to be an object of calls, got null"],
    [{ client: { a: text } }, "expected a to be made by call, got object"],
    [{ client: { a: null } }, "expected a to be made by call, got null"],
    [{ client: { except: call() } }, "expected another name than except"],
    [{ client: { then: call() } }, "expected another name than then"],
    [{ client: { ab: call(), AB: call() } }, "expected names that differ not only in case, got AB"],
  ];
  for (const [sides, message] of wrong) {
    assertThrows(() => checkClientSide(sides), TypeError, message);
  }
});
