import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { isTopicName } from "../../src/topics/topic_name.ts";

Deno.test("the name of a topic has 1 to 255 bytes of UTF-8", () => {
  for (const name of ["x", "x".repeat(255), "ü".repeat(127), "🙂".repeat(63)]) {
    assert(isTopicName(name), name);
  }
  for (const name of ["", "x".repeat(256), "ü".repeat(128), "🙂".repeat(64)]) {
    assert(!isTopicName(name), name);
  }
});

Deno.test("control characters, wildcards and halves of characters are in no name", () => {
  for (const bad of ["*", ">", "\0", "\n", "\x7f", "\x9f", "\ud800", "\udc00"]) {
    for (const name of [bad, `a${bad}`, `${bad}a`, `a.${bad}.b`]) {
      assert(!isTopicName(name), JSON.stringify(name));
    }
  }
  for (const good of ["a.b", "a b", "$SYS", "%2A", "?", "[a]", "a/b#c", "\ufeff", "<", "🙂"]) {
    assert(isTopicName(good), good);
  }
});

Deno.test("two names are never the same to an engine, whatever clients send", () => {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.anything(), (name, anything) => {
    if (typeof anything !== "string") assert(!isTopicName(anything));
    // A lone surrogate would become U+FFFD, which another name may have.
    if (isTopicName(name)) assertEquals(decoder.decode(encoder.encode(name)), name);
    else assert(name === "" || encoder.encode(name).length > 255 || /[\p{Cc}\p{Cs}*>]/u.test(name));
  }));
});
