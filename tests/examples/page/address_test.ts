import { assert, assertEquals } from "@std/assert";
import { isOwn, linkTo, targetOf, wishesOf } from "../../../examples/page/address.js";

const PAGE = "http://localhost:8000/?x=1#y=2";

Deno.test("page: a link carries URL, subprotocols and message, and no server hears of them", () => {
  const wishes = { url: "ws://host/ws?a=1&b=2", protocols: "a, b", message: "grüße\n#&=" };
  const link = new URL(linkTo(PAGE, wishes)!);
  assertEquals([link.origin, link.pathname, link.search], ["http://localhost:8000", "/", ""]);
  assertEquals(wishesOf(link), wishes);
});

Deno.test("page: what is not given is not in the link, nor read from it", () => {
  const link = new URL(linkTo(PAGE, { url: "/ws", protocols: "", message: "" })!);
  assertEquals(link.hash, "#url=%2Fws");
  assertEquals(wishesOf(link), { url: "/ws", protocols: undefined, message: undefined });
  assertEquals(wishesOf(new URL("http://h/?url=ws://a&message=hi")), {
    url: "ws://a",
    protocols: undefined,
    message: "hi",
  });
});

Deno.test("page: a message that is too long for a link is not cut, but has no link", () => {
  assertEquals(linkTo(PAGE, { url: "/ws", protocols: "", message: "x".repeat(8_000) }), undefined);
  assert(linkTo(PAGE, { url: "/ws", protocols: "", message: "x".repeat(7_000) }));
});

Deno.test("page: a URL may be a path of the own server", () => {
  assertEquals(targetOf("/ws", PAGE)!.href, "ws://localhost:8000/ws");
  assertEquals(targetOf("/ws", "https://host/")!.href, "wss://host/ws");
  assertEquals(targetOf("ws://other/", PAGE)!.href, "ws://other/");
  assertEquals(targetOf("https://other/", PAGE)!.href, "wss://other/");
  assertEquals(targetOf("ftp://other/", PAGE)!.href, "ftp://other/");
  assertEquals(targetOf("ws://", PAGE), undefined);
  for (
    const [url, own] of [
      ["/ws", true],
      ["http://localhost:8000/a", true],
      ["ws://localhost:8001/ws", false],
      ["//evil.example/ws", false],
      ["ws://localhost:8000@evil.example/", false],
    ] as const
  ) assertEquals(isOwn(targetOf(url, PAGE)!, PAGE), own, url);
});
