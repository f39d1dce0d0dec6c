import { assertEquals } from "@std/assert";
import { parseOrigin } from "../../src/handshake/serialized_origin.ts";

Deno.test("an origin is read as browsers write it", () => {
  for (
    const [value, protocol, hostname, port] of [
      ["https://client.com", "https:", "client.com", ""],
      ["http://localhost:5173", "http:", "localhost", "5173"],
      ["https://client.com:80", "https:", "client.com", "80"],
      ["http://[::1]:8080", "http:", "[::1]", "8080"],
      ["http://127.0.0.1", "http:", "127.0.0.1", ""],
      ["https://a_b.client.com", "https:", "a_b.client.com", ""],
      ["chrome-extension://abcdef", "chrome-extension:", "abcdef", ""],
      ["tauri://localhost", "tauri:", "localhost", ""],
    ] as const
  ) assertEquals(parseOrigin(value), { protocol, hostname, port }, value);
});

Deno.test("what does not serialize to itself is no origin", () => {
  for (
    const value of [
      "",
      "null",
      "client.com",
      "https:",
      "https://",
      "https://client.com/",
      "https://client.com/path",
      "https://client.com?x",
      "https://client.com#x",
      "https://user@client.com",
      "https://client.com https://other.com",
      "https://client.com,https://other.com",
      "https://Client.com",
      "HTTPS://client.com",
      "https://client.com:443",
      "http://client.com:80",
      "http://client.com:0080",
      "http://client.com:",
      "http://client.com:99999",
      "http://0x7f000001",
      "http://[0:0:0:0:0:0:0:1]",
      "https://xn--",
      "https://clïent.com",
      "https://client.com\n",
      " https://client.com",
      "file://",
      "file:///path",
    ]
  ) assertEquals(parseOrigin(value), undefined, value);
});
