import { assertEquals } from "@std/assert";
import { isToken, listElements } from "../../src/handshake/field_value.ts";

/** RFC 7230 §3.2.6. */
const TCHAR = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

Deno.test("a token has the characters of RFC 7230, one at least, and no others", () => {
  for (let code = 0; code < 0x200; code++) {
    const char = String.fromCharCode(code);
    assertEquals([isToken(char), isToken(`a${char}b`)], Array(2).fill(TCHAR.includes(char)));
  }
  assertEquals([isToken(TCHAR), isToken(""), isToken("a\n")], [true, false, false]);
});

Deno.test("the elements of a list come without the white space around them, and without empty ones", () => {
  for (
    const [list, elements] of [
      ["", []],
      [" \t ", []],
      [",,", []],
      ["a", ["a"]],
      ["a,b", ["a", "b"]],
      [" a ,\tb\t, ,c d ", ["a", "b", "c d"]],
    ] as const
  ) assertEquals(listElements(list), [...elements], list);
});

Deno.test("white space is space and tab, and nothing else", () => {
  for (const space of ["\u00a0", "\u2003", "\ufeff", "\v", "\f"]) {
    assertEquals(listElements(`${space}a${space}`), [`${space}a${space}`]);
    assertEquals(listElements(space), [space]);
  }
});
