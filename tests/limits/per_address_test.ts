import { assert, assertEquals, assertThrows } from "@std/assert";
import { perAddress, type PerAddressOptions } from "../../src/limits/per_address.ts";
import { memoryOf } from "../support/garbage.ts";
import type { Admission } from "../../src/server/admission.ts";

const plain = new Request("http://x/");

/** A limit, asked by address. */
function limited(options: PerAddressOptions) {
  const limit = perAddress(options);
  const ask = (address: string, now = 0, forwarded?: string) =>
    limit.admit(
      forwarded ? new Request(plain, { headers: { "x-forwarded-for": forwarded } }) : plain,
      address,
      now,
    );
  /** What is let in. */
  const enter = (address: string, now = 0, forwarded?: string): Admission => {
    const verdict = ask(address, now, forwarded);
    assert(typeof verdict === "object" && "ended" in verdict, JSON.stringify(verdict));
    return verdict;
  };
  /** Why somebody is not let in, and when to come again. */
  const refused = (address: string, now = 0, forwarded?: string) => {
    const verdict = ask(address, now, forwarded);
    assert(typeof verdict === "object" && "kind" in verdict, "was let in");
    assertEquals(verdict.status, 429);
    return `${verdict.message}: ${verdict.headers["retry-after"]}`;
  };
  return { limit, ask, enter, refused };
}

Deno.test("an address has so many connections, and the place of one that has ended", () => {
  const { enter, refused } = limited({ connections: 2 });
  const first = enter("192.0.2.1");
  first.answered();
  enter("192.0.2.1");
  assertEquals(refused("192.0.2.1"), "too many connections from this address: 5");
  enter("192.0.2.2");
  first.ended();
  first.ended();
  enter("192.0.2.1");
  assertEquals(refused("192.0.2.1"), "too many connections from this address: 5");
  // How often is another question, which nobody has asked.
  for (let i = 0; i < 100; i++) enter("192.0.2.3").ended();
});

Deno.test("a limit that is made anew has the same bounds, and has counted nobody", () => {
  const { limit, enter, refused } = limited({ connections: 1, trustProxy: true });
  enter("192.0.2.1");
  const anew = limit.anew!();
  const isRefused = ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map((address) => {
    const forwarded = new Request(plain, { headers: { "x-forwarded-for": address } });
    return "kind" in (anew.admit(forwarded, "10.0.0.1", 0) as object);
  });
  assertEquals(isRefused, [false, true, false]);
  refused("192.0.2.1");
});

Deno.test("a connection that was let in before goes on, however often and whatever is full", () => {
  const { limit, enter, refused } = limited({ connections: 2, handshakes: 0.01, pending: 1 });
  const places = Array.from({ length: 3 }, () => limit.resume!("192.0.2.1", 0)!);
  assertEquals(refused("192.0.2.1"), "too many connections from this address: 5");
  for (const place of places) place.ended();
  places[0]!.ended();
  enter("192.0.2.1", 200_000).answered();
  limit.resume!("::ffff:192.0.2.1", 0);
  assertEquals(refused("192.0.2.1", 400_000), "too many connections from this address: 5");
  assertEquals(limit.resume!("", 0), undefined);
  assertEquals(
    limited({ connections: 1, trustProxy: true }).limit.resume!("192.0.2.1", 0),
    undefined,
  );
});

Deno.test("an address begins 30 seconds' worth of handshakes at once, and then waits", () => {
  const { enter, refused } = limited({ handshakes: 0.5 });
  for (let i = 0; i < 15; i++) enter("192.0.2.1").ended();
  assertEquals(refused("192.0.2.1"), "too many handshakes from this address: 2");
  assertEquals(refused("192.0.2.1", 1_500), "too many handshakes from this address: 1");
  enter("192.0.2.1", 2_000);
  enter("192.0.2.2", 2_000);
});

Deno.test("an address has so many handshakes that are not answered", () => {
  const { enter, refused } = limited({ pending: 2 });
  const [first, second] = [enter("192.0.2.1"), enter("192.0.2.1")];
  assertEquals(refused("192.0.2.1"), "too many pending handshakes from this address: 5");
  first.answered();
  first.answered();
  enter("192.0.2.1");
  assertEquals(refused("192.0.2.1"), "too many pending handshakes from this address: 5");
  second.ended();
  enter("192.0.2.1");
});

Deno.test("a network of IPv6 is one address, and IPv4 in its clothes is IPv4", () => {
  const { enter, refused } = limited({ connections: 1 });
  enter("2001:db8:1:2::1");
  refused("2001:db8:1:2:ffff::9");
  enter("2001:db8:1:3::1");
  enter("192.0.2.1");
  refused("::ffff:192.0.2.1");
});

Deno.test("behind a proxy, the last address that was forwarded counts", () => {
  const { enter, refused } = limited({ connections: 1, trustProxy: true });
  enter("10.0.0.1", 0, "203.0.113.7, 192.0.2.1");
  enter("10.0.0.1", 0, "192.0.2.1,203.0.113.8");
  assertEquals(
    refused("10.0.0.1", 0, "anything, 192.0.2.1 "),
    "too many connections from this address: 5",
  );
  // Without the header, whoever is connected.
  enter("10.0.0.1");
  refused("10.0.0.1");
});

Deno.test("nobody is believed who is not asked to be", () => {
  const { enter, refused } = limited({ connections: 1 });
  enter("192.0.2.1", 0, "203.0.113.7");
  refused("192.0.2.1", 0, "203.0.113.8");
});

Deno.test("whoever has no address is let in, and that is said", () => {
  const { ask } = limited({ connections: 1, trustProxy: true });
  for (
    const [address, forwarded, got] of [
      ["", undefined, '"none"'],
      ["", "unknown", '"unknown"'],
    ] as const
  ) {
    assertEquals(
      ask(address, 0, forwarded),
      `perAddress expected the client's IP address, got ${got}: it lets everybody in`,
    );
  }
});

Deno.test("a million addresses cost some megabytes, and those with connections stay", () => {
  const { enter, refused } = limited({ connections: 1, handshakes: 1, burst: 1 });
  const stays = enter("192.0.2.1");
  const address = (i: number) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}`;
  const grown = memoryOf(() => {
    for (let i = 0; i < 1_000_000; i++) enter(address(i)).ended();
  });
  assert(grown < 32 * 1024 * 1024, `${grown} bytes`);
  refused("192.0.2.1", 3_600_000);
  // The last 32,768 are known, and who was first has been forgotten.
  refused(address(999_999));
  refused(address(1_000_000 - 32_768));
  enter(address(0)).ended();
  stays.ended();
  enter("192.0.2.1", 7_200_000);
});

Deno.test("behind a proxy, whatever the client has written before is for nobody to read", () => {
  const { enter, refused } = limited({ connections: 1, trustProxy: true });
  enter("10.0.0.1", 0, "192.0.2.1");
  for (
    const junk of ["", ",", ",,,", "unknown,", '"a, b",', "192.0.2.9, ", "[::1", "x".repeat(9_000)]
  ) {
    refused("10.0.0.1", 0, `${junk},192.0.2.1`);
    refused("10.0.0.1", 0, `${junk},\t192.0.2.1:50123`);
  }
  // Nothing behind the last comma: whoever is connected.
  enter("10.0.0.1", 0, "192.0.2.1,");
  refused("10.0.0.1", 0, "192.0.2.8 , ");
});

Deno.test("several headers are one, and the last of them counts", () => {
  const limit = perAddress({ connections: 1, trustProxy: true });
  const headers = new Headers({ "x-forwarded-for": "203.0.113.7" });
  headers.append("x-forwarded-for", "192.0.2.1");
  const ask = () => limit.admit(new Request(plain, { headers }), "10.0.0.1", 0);
  assert("ended" in (ask() as object));
  headers.set("x-forwarded-for", "203.0.113.8");
  headers.append("x-forwarded-for", "192.0.2.1");
  assert("kind" in (ask() as object));
});

Deno.test("options that limit nothing, or are none, are refused", () => {
  const refused = (options: unknown) =>
    assertThrows(() => perAddress(options as PerAddressOptions), Error).message;
  assertEquals(
    refused({ trustProxy: true }),
    "Cannot use perAddress: expected one of connections, handshakes, pending at least, got none",
  );
  assertEquals(
    refused({ connection: 1 }),
    "Cannot use options of perAddress: expected connections (did you mean that?), got connection",
  );
  for (const name of ["connections", "handshakes", "pending"]) {
    assertEquals(
      refused({ [name]: 0 }),
      `Cannot use option ${name}: expected a number above 0, got 0`,
    );
  }
  assertEquals(
    refused({ connections: 1, burst: 0 }),
    "Cannot use option burst: expected 1 to 3600 seconds, got 0",
  );
  assertEquals(
    refused({ connections: 1, trustProxy: 1 }),
    "Cannot use option trustProxy: expected true or false, got number",
  );
});

Deno.test("as many clients of an address may be away as it has connections, beside these", () => {
  const limit = perAddress({ connections: 2, trustProxy: true });
  const from = (forwarded: string) => ({
    url: "http://x/",
    headers: new Headers({ "x-forwarded-for": forwarded }),
    remoteAddress: "10.0.0.1",
  });
  const enter = () => limit.admit(new Request(plain, from("192.0.2.1")), "10.0.0.1", 0);
  const first = limit.absent!(from("192.0.2.1"), 0);
  limit.absent!(from("192.0.2.1"), 0);
  assertEquals(limit.absent!(from("192.0.2.1"), 0), undefined);
  assert(limit.absent!(from("192.0.2.2"), 0));
  // They come back while they are taken for absent.
  enter();
  assert("ended" in (enter() as object));
  assert("kind" in (enter() as object));
  first!();
  assert(limit.absent!(from("192.0.2.1"), 0));
  // Nobody knows whose it is.
  const nobody = { ...from("unknown"), remoteAddress: "" };
  for (let i = 0; i < 5; i++) limit.absent!(nobody, 0)!();
  const unlimited = perAddress({ handshakes: 1 });
  for (let i = 0; i < 100; i++) assert(unlimited.absent!(from("192.0.2.1"), 0));
});

Deno.test("whoever is away is not forgotten, however many addresses come by", () => {
  const limit = perAddress({ connections: 1 });
  const request = { url: "http://x/", headers: new Headers(), remoteAddress: "192.0.2.1" };
  const back = limit.absent!(request, 0)!;
  for (let i = 0; i < 100_000; i++) {
    const admitted = limit.admit(plain, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    (admitted as Admission).ended();
  }
  assertEquals(limit.absent!(request, 0), undefined);
  back();
  assert(limit.absent!(request, 0));
});
