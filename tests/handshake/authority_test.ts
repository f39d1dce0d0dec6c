import { assertEquals } from "@std/assert";
import { isURL, parseAuthority, requestedAuthority } from "../../src/handshake/authority.ts";

Deno.test("an authority is a host in its normal form, and a port if it names one", () => {
  for (
    const [text, hostname, port] of [
      ["client.com", "client.com", ""],
      ["Client.COM:8080", "client.com", "8080"],
      ["client.com:00080", "client.com", "80"],
      ["client.com:0", "client.com", "0"],
      ["client.com:65535", "client.com", "65535"],
      ["client.com:", "client.com", ""],
      ["127.0.0.1:1", "127.0.0.1", "1"],
      ["[::1]:8080", "[::1]", "8080"],
      ["[0:0:0:0:0:0:0:1]", "[::1]", ""],
      ["[2001:DB8::1]", "[2001:db8::1]", ""],
      ["a_b-c.example", "a_b-c.example", ""],
    ] as const
  ) assertEquals(parseAuthority(text), { hostname, port }, text);
});

Deno.test("what names no host, or more than one, is no authority", () => {
  for (
    const text of [
      "",
      ":80",
      "a b",
      "a,b",
      "a, b",
      "user@client.com",
      "client.com/path",
      "client.com?x",
      "client.com:65536",
      "client.com:000080",
      "client.com:8a",
      "client.com:80:80",
      "[::1",
      "[::1]]",
      "[::g]",
      "::1",
      "a\nb",
    ]
  ) assertEquals(parseAuthority(text), undefined, text);
});

Deno.test("the authority of a request is the one in Host; only without one that of its URL", () => {
  const url = "http://self.example:8080/ws";
  assertEquals(requestedAuthority("other.example", url)?.hostname, "other.example");
  assertEquals(requestedAuthority("a b", url), undefined);
  assertEquals(requestedAuthority("", url), undefined);
  assertEquals(requestedAuthority(null, url), { hostname: "self.example", port: "8080" });
  assertEquals(requestedAuthority(null, "http://a b/"), undefined);
});

Deno.test("isURL says what new URL() would", () => {
  assertEquals(["http://a/", "http://a:99999/", "/path", ""].map(isURL), [
    true,
    false,
    false,
    false,
  ]);
});
