import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseAuthority } from "../../src/handshake/authority.ts";
import { hostRule } from "../../src/handshake/hosts.ts";

const allows = (hosts: string[], host: string) => hostRule(hosts)(parseAuthority(host));

Deno.test("hosts: a host on any port, in any case", () => {
  for (const host of ["app.example", "app.example:8000", "APP.Example"]) {
    assert(allows(["app.example"], host), host);
  }
  for (
    const host of ["evil.example", "a.app.example", "app.example.evil", "xapp.example", "[::1]"]
  ) {
    assert(!allows(["app.example"], host), host);
  }
});

Deno.test("hosts: a port, if one is named", () => {
  assert(allows(["app.example:8443"], "app.example:8443"));
  for (const host of ["app.example", "app.example:8444"]) {
    assert(!allows(["app.example:8443"], host), host);
  }
});

Deno.test("hosts: the ports that browsers leave out", () => {
  for (const [entry, host] of [["a.example:443", "a.example"], ["a.example:80", "a.example"]]) {
    assert(allows([entry!], host!), entry);
  }
  for (const host of ["a.example:8443", "b.example"]) {
    assert(!allows(["a.example:443"], host), host);
  }
});

Deno.test("hosts: every subdomain, but not the domain", () => {
  for (const host of ["a.app.example", "a.b.app.example:1"]) {
    assert(allows(["*.app.example"], host), host);
  }
  for (const host of ["app.example", "evilapp.example", "app.example.evil"]) {
    assert(!allows(["*.app.example"], host), host);
  }
});

Deno.test("hosts: addresses, and several entries", () => {
  const hosts = ["localhost", "127.0.0.1", "[::1]"];
  for (const host of ["localhost:8000", "127.0.0.1", "[::1]:8000", "[0:0:0:0:0:0:0:1]"]) {
    assert(allows(hosts, host), host);
  }
  assert(!allows(hosts, "127.0.0.2"));
  assert(!hostRule(hosts)(undefined));
});

Deno.test("hosts: nobody, if the list is empty", () => {
  assert(!allows([], "app.example"));
});

Deno.test("hosts: what is no host is refused at setup", () => {
  for (const wrong of ["", "https://app.example", "app.example/x", "*", "*.", 1, null, "a b"]) {
    const error = assertThrows(() => hostRule([wrong as string]), TypeError);
    assertEquals(
      error.message,
      'Cannot use option hosts: expected hosts such as "app.example", "app.example:8443" or "*.app.example", got ' +
        JSON.stringify(wrong),
    );
  }
  assertThrows(() => hostRule("app.example" as never), TypeError, "a list of hosts");
});
