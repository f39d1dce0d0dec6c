import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { pathOf } from "../../src/base/path.ts";

Deno.test("a path is what is between the host and the query", () => {
  for (
    const [url, path] of [
      ["http://self.example/ws", "/ws"],
      ["https://self.example:8443/a/b?token=1", "/a/b"],
      ["ws://self.example/a#b?c", "/a"],
      ["http://user:password@self.example/ws", "/ws"],
      ["http://[::1]:8000/", "/"],
      ["http://self.example?token=1", ""],
      ["http://self.example", ""],
      ["/ws?token=1", ""],
      ["", ""],
    ] as const
  ) assertEquals(pathOf(url), path, url);
});

Deno.test("a path never holds a query, whatever it is made of", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.webUrl(), (a, b, url) => {
    for (const text of [`${url}?${a}#${b}`, `http://${a}?${b}`, a]) {
      const path = pathOf(text);
      assert(!/[?#]/.test(path), path);
    }
    const { href, pathname } = new URL(url);
    assertEquals(pathOf(`${href.split(/[?#]/)[0]}?${a}`), pathname);
  }));
});
