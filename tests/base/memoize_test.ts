import { assertEquals } from "@std/assert";
import { memoizeLast } from "../../src/base/memoize.ts";

Deno.test("memoizeLast asks again only for another text than the last one", () => {
  const asked: string[] = [];
  const lengthOf = memoizeLast((text) => {
    asked.push(text);
    return text.length;
  });
  const texts = ["", "a", "a", "bb", "bb", "a"];
  assertEquals(texts.map((text) => lengthOf(text)), [0, 1, 1, 2, 2, 1]);
  assertEquals(asked, ["", "a", "bb", "a"]);
});

Deno.test("memoizeLast remembers that there was no answer, and forgets one that threw", () => {
  let asked = 0;
  const nothing = memoizeLast(() => void asked++);
  assertEquals([nothing("a"), nothing("a"), asked], [undefined, undefined, 1]);

  let fails = true;
  const sometimes = memoizeLast((text) => {
    if (fails) throw new Error("not now");
    return text.toUpperCase();
  });
  let thrown = 0;
  for (let i = 0; i < 2; i++) {
    try {
      sometimes("a");
    } catch {
      thrown++;
    }
  }
  fails = false;
  assertEquals([thrown, sometimes("a")], [2, "A"]);
});
