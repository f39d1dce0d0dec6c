import { assertEquals, assertThrows } from "@std/assert";
import { originPattern } from "../../src/handshake/origin_pattern.ts";
import { parseOrigin } from "../../src/handshake/serialized_origin.ts";

/** Whether an origin, as browsers write it, is one of those that `entry` stands for. */
const fits = (entry: string, origin: string) => originPattern(entry)(parseOrigin(origin)!, origin);

Deno.test("an origin stands for itself", () => {
  assertEquals(fits("https://client.com", "https://client.com"), true);
  for (
    const other of [
      "http://client.com",
      "https://client.com:8443",
      "https://www.client.com",
      "https://client.com.evil.example",
    ]
  ) assertEquals(fits("https://client.com", other), false, other);
});

Deno.test("a wildcard stands for every subdomain, with the same scheme and port", () => {
  const entry = "https://*.client.com:8443";
  for (const label of ["www", "a.b.c", "a_b", "a-1"]) {
    assertEquals(fits(entry, `https://${label}.client.com:8443`), true, label);
  }
  for (
    const other of [
      "https://client.com:8443",
      "https://www.client.com",
      "http://www.client.com:8443",
      "https://evilclient.com:8443",
      "https://www.client.com.evil.example:8443",
      "https://.client.com:8443",
      "https://a..client.com:8443",
    ]
  ) assertEquals(fits(entry, other), false, other);
});

Deno.test("localhost has subdomains, and no top-level domain has", () => {
  assertEquals(fits("http://*.localhost:5173", "http://app.localhost:5173"), true);
  assertThrows(() => originPattern("https://*.com"), TypeError);
});

Deno.test("what is no origin says what to write instead", () => {
  const expected = 'an origin such as "https://app.example" or "https://*.app.example"';
  const hints: Record<string, string> = {
    "*": ": to let every site connect, set dangerouslyAllowAnyOrigin: true",
    "https://*": ": to let every site connect, set dangerouslyAllowAnyOrigin: true",
    "null": ", which any page can send from a sandboxed frame",
    "client.com": ': write "https://client.com"',
    "localhost:5173": ': write "http://localhost:5173"',
    "127.0.0.1:5173": ': write "http://127.0.0.1:5173"',
    "[::1]:5173": ': write "http://[::1]:5173"',
    "ws://client.com": ': write "http://client.com"',
    "WSS://client.com": ': write "https://client.com"',
    "https://client.com/": ': write "https://client.com"',
    "https://Client.com:443/path": ': write "https://client.com"',
    "wss://*.client.com": ': write "https://*.client.com"',
    "*.client.com": ': write "https://*.client.com"',
    "https://*.client.com/": ': write "https://*.client.com"',
    "https://*.127.0.0.1": ': write "https://127.0.0.1"',
    "https://*.[::1]": ': write "https://[::1]"',
    "http://localhost:*": ": write each port, or a function that judges the origin",
    "https://*.com": ": write each host, because every page under com could connect",
    "wss://*.com": ": write each host, because every page under com could connect",
    "https://a b": "",
    "file:///path": "",
  };
  for (const [entry, hint] of Object.entries(hints)) {
    const { message } = assertThrows(() => originPattern(entry), TypeError);
    assertEquals(message, `Cannot use option origin: expected ${expected}, got "${entry}"${hint}`);
  }
});

Deno.test("what is no text says of which type it is", () => {
  for (const entry of [5, undefined, /client/]) {
    assertThrows(() => originPattern(entry), TypeError, `got ${typeof entry}`);
  }
});
