import { assertEquals, assertThrows } from "@std/assert";
import { parseAuthority } from "../../src/handshake/authority.ts";
import { checkHostOptions, HOST_OPTIONS, type HostOptions } from "../../src/server/host_options.ts";

const MIB = 1024 * 1024;

Deno.test("what is not said has the documented default", () => {
  assertEquals<unknown>(checkHostOptions({ onError: undefined }), {
    given: false,
    hosts: undefined,
    maxPayloadLength: 16 * MIB,
    maxBuffered: 256 * MIB,
    limits: [],
    compression: undefined,
  });
});

Deno.test("what is said holds", () => {
  const options: HostOptions = {
    onError() {},
    onRefuse() {},
    onReport() {},
    hosts: ["app.example"],
    holdPipeline: true,
    maxConnections: 0,
    maxPayloadLength: 1,
    maxBuffered: Number.MAX_SAFE_INTEGER,
    limits: [{ admit: () => "lets everybody in" }],
    compression: { threshold: 5 },
  };
  assertEquals(Object.keys(options), [...HOST_OPTIONS]);
  const { hosts, ...checked } = checkHostOptions(options);
  const { hosts: _, ...rest } = options;
  assertEquals(checked, { ...rest, compression: 5, given: true } as never);
  assertEquals(hosts!(parseAuthority("app.example")), true);
  assertEquals(hosts!(parseAuthority("other.example")), false);
});

Deno.test("a limit may be any number from its least to its most, Infinity connections too", () => {
  for (const maxConnections of [0, 0.5, 1e9, Infinity]) {
    assertEquals(checkHostOptions({ maxConnections }).maxConnections, maxConnections);
  }
});

for (
  const [name, values, Kind] of [
    ["onError", ["console", null, {}], TypeError],
    ["onRefuse", ["console", null, {}], TypeError],
    ["onReport", ["console", null, {}], TypeError],
    ["holdPipeline", ["yes", 1, null], TypeError],
    ["hosts", ["app.example", [5], {}], TypeError],
    ["maxConnections", ["5", null, {}], TypeError],
    ["maxConnections", [NaN, -1, -Infinity], RangeError],
    ["maxPayloadLength", ["5"], TypeError],
    ["maxPayloadLength", [0, 1.5, NaN, 2 ** 31, Infinity], RangeError],
    ["limits", ["5", null, {}, [null], [{ meter() {} }]], TypeError],
    ["compression", ["yes", 1, null, { threshold: "1" }], TypeError],
    ["compression", [{ threshold: 0 }, { threshold: 1.5 }], RangeError],
    ["maxBuffered", ["5"], TypeError],
    ["maxBuffered", [0, 1.5, NaN, 2 ** 53, Infinity], RangeError],
  ] as const
) {
  Deno.test(`${name} may not be ${values.join(", or ")}: ${Kind.name}`, () => {
    for (const value of values) {
      assertThrows(() => checkHostOptions({ [name]: value }), Kind, `option ${name}`);
    }
  });
}
