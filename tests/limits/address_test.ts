import { assertEquals } from "@std/assert";
import { addressKey } from "../../src/limits/address.ts";
import { assertLinear } from "../support/linear.ts";

for (
  const [address, key] of [
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:50123", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
    ["[::ffff:192.0.2.1]:443", "192.0.2.1"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::1]", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ]
) {
  Deno.test(`${address} stands for ${key}`, () => assertEquals(addressKey(address!), key));
}

Deno.test("what is no address stands for nobody", () => {
  for (
    const text of [
      "",
      "unknown",
      "_hidden",
      "256.0.0.1",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "1::2::3",
      ":::",
      "12345::",
      "g::",
      "::ffff:256.0.0.1",
      "::1.2.3",
      "1.2.3.4::",
      "[",
      "[]",
      "/run/app.sock",
    ]
  ) {
    assertEquals(addressKey(text), undefined, text);
  }
});

Deno.test("it takes linear time, whatever proxies let through", () =>
  [":", "1:", "1.", "[", "%", "0", "::1.2.3.4"].forEach((part) =>
    assertLinear(part, (times) => addressKey(part.repeat(times)))
  ));
