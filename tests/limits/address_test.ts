import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
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
    ["64:ff9b::192.0.2.1", "192.0.2.1"],
    ["[64:FF9B::c000:201]:443", "192.0.2.1"],
    ["64:ff9b:1::192.0.2.1", "64:ff9b:1:0::/64"],
    ["64:ff9b:0:0:1::1", "64:ff9b:0:0::/64"],
    ["::ffff:192.0.2.1%eth0", "192.0.2.1"],
    ["::192.0.2.1", "0:0:0:0::/64"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255:65535", "255.255.255.255"],
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
      "[192.0.2.1x",
      "[2001:db8::1",
      "[2001:db8::1]x",
      "[2001:db8::1]:",
      "[[::1]]",
      "192.0.2.1:",
      ":80",
      "%eth0",
      "/run/app.sock",
    ]
  ) {
    assertEquals(addressKey(text), undefined, text);
  }
});

Deno.test("however an address is written, it stands for the same", () => {
  fc.assert(fc.property(fc.ipV6(), (address) => {
    // As the parser of URLs writes it.
    const { hostname } = new URL(`http://[${address}]/`);
    const key = addressKey(address);
    assert(key !== undefined);
    assertEquals(addressKey(hostname), key);
    assertEquals(addressKey(`[${address.toUpperCase()}]:443`), key);
    assertEquals(addressKey(`${address}%eth0`), key);
  }));
  fc.assert(fc.property(fc.ipV4(), (address) => {
    for (const one of [address, `${address}:1`, `::ffff:${address}`, `64:ff9b::${address}`]) {
      assertEquals(addressKey(one), address);
    }
  }));
});

Deno.test("all addresses of one network are one, and those of the next are not", () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  const written = (groups: readonly number[]) =>
    groups.map((group) => group.toString(16)).join(":");
  fc.assert(fc.property(half, half, half, half, (network, one, other, next) => {
    // Those are IPv4.
    fc.pre(network[0] !== 0 && network[0] !== 0x64);
    const key = addressKey(written([...network, ...one]));
    assertEquals(addressKey(written([...network, ...other])), key);
    const same = written(next) === written(network);
    assertEquals(addressKey(written([...next, ...one])) === key, same);
  }));
});

Deno.test("it takes linear time, whatever proxies let through", () =>
  [":", "1:", "1.", "[", "]", "[]", "%", "0", "::1.2.3.4"].forEach((part) =>
    assertLinear(part, (times) => addressKey(part.repeat(times)))
  ));
