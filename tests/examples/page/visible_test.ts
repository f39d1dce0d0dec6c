import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { beginning, piecesOf } from "../../../examples/page/visible.js";

/** What one sees, with marks in brackets. */
const seen = (text: string, lines = false) =>
  piecesOf(text, lines).map((piece) => piece.mark ? `[${piece.text}]` : piece.text).join("");

Deno.test("page: controls and marks of direction are to be seen", () => {
  assertEquals(seen("\u202Egnp.exe\u202C"), "[U+202E]gnp.exe[U+202C]");
  assertEquals(seen("a\u0000b\u001Bc\u007Fd\u0085"), "a[\\0]b[\\x1B]c[\\x7F]d[U+0085]");
  assertEquals(
    seen("pay\u200Bpal\uFEFF\u2066x\u2069\u{E0041}"),
    "pay[U+200B]pal[U+FEFF][U+2066]x[U+2069][U+E0041]",
  );
  assertEquals(seen("\uD800!"), "[U+D800]!");
});

Deno.test("page: what programmers write for a control is told from the control", () => {
  assertEquals(seen("\\n"), "\\n");
});

Deno.test("page: line breaks and tabs have marks in a line, and are what they are among lines", () => {
  assertEquals(seen("a\nb\tc\r\n"), "a[\\n]b[\\t]c[\\r][\\n]");
  assertEquals(seen("a\nb\tc\r\n", true), "a\nb\tc[\\r]\n");
});

Deno.test("page: a joiner within an emoji is part of it, elsewhere it has a mark", () => {
  assertEquals(seen("👩‍💻 👩🏽‍💻 ❤️‍🔥"), "👩‍💻 👩🏽‍💻 ❤️‍🔥");
  assertEquals(seen("ad\u200Dmin"), "ad[U+200D]min");
});

Deno.test("page: ordinary writing has no marks", () => {
  for (const text of ["", "grüße", "日本語", "עברית", "العربية", "e\u0301", "\u00a0"]) {
    assertEquals(piecesOf(text), text === "" ? [] : [{ text, mark: false }]);
  }
});

Deno.test("page: nothing is lost by marks: what is between them is the text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    let rest = text;
    for (const piece of piecesOf(text)) {
      if (piece.mark) rest = rest.slice(String.fromCodePoint(rest.codePointAt(0)!).length);
      else {
        assertEquals(rest.startsWith(piece.text), true);
        rest = rest.slice(piece.text.length);
      }
    }
    assertEquals(rest, "");
  }));
});

Deno.test("page: the beginning of a text says how much is left out", () => {
  assertEquals(beginning("abc", 3), { shown: "abc", left: 0 });
  assertEquals(beginning("abcd", 3), { shown: "abc", left: 1 });
  assertEquals(beginning("ab😀d", 3), { shown: "ab", left: 3 });
});
