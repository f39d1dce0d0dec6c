import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { checkHandshake, type HandshakeOptions, upgradeWebSocket } from "../../mod.ts";
import { handshakeRules } from "../../src/handshake/rules.ts";
import { assertLinear } from "../support/linear.ts";

const HANDSHAKE = {
  host: "self.example",
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

function request(headers: Record<string, string | undefined> = {}, method = "GET"): Request {
  const all = Object.entries({ ...HANDSHAKE, ...headers }).filter(([, value]) =>
    value !== undefined
  );
  return new Request("http://self.example/ws", { method, headers: all as [string, string][] });
}

/** The kind, and the status of a refusal. */
function verdict(of: Request, options?: HandshakeOptions): string {
  const found = checkHandshake(of, options);
  return found.kind === "refused" ? `${found.status}` : found.kind;
}

Deno.test("checkHandshake accepts, with the subprotocol and the headers for the 101", () => {
  const found = checkHandshake(request({ "sec-websocket-protocol": "b, a" }), {
    protocols: ["a", "b"],
    headers: { "x-route": "1" },
  });
  if (found.kind !== "accepted") throw new Error(found.kind);
  assertEquals([found.protocol, [...found.headers]], ["a", [["x-route", "1"]]]);
});

Deno.test("options are checked once, whether or not they matter to the verdict", () => {
  assertThrows(
    () => handshakeRules({ compression: "yes" as never }),
    TypeError,
    "Cannot use option compression: expected true, false or { threshold }, got string",
  );
  assertEquals(handshakeRules({ compression: { threshold: 9 } }).compression, 9);
});

Deno.test("checkHandshake passes on what is no upgrade", () => {
  for (const upgrade of [undefined, "h2c", "websockets", "web socket", '"websocket"']) {
    assertEquals(verdict(request({ upgrade })), "not-an-upgrade", upgrade);
  }
});

for (
  const [expected, title, of] of [
    ["405", "a POST", request({}, "POST")],
    ["400", "no Connection", request({ connection: undefined })],
    ["400", "Connection: close", request({ connection: "close" })],
    ["426", "no version", request({ "sec-websocket-version": undefined })],
    ["426", "version 8", request({ "sec-websocket-version": "8" })],
    ["400", "no key", request({ "sec-websocket-key": undefined })],
    ["400", "a key of 15 bytes", request({ "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAA" })],
    [
      "400",
      "two keys",
      request({ "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==" }),
    ],
    ["403", "another origin", request({ origin: "http://evil.example" })],
    ["400", "a subprotocol that is no token", request({ "sec-websocket-protocol": "a b" })],
  ] as const
) {
  Deno.test(`checkHandshake refuses ${title} with ${expected}`, () => {
    assertEquals(verdict(of), expected);
    const { message } = checkHandshake(of) as { message: string };
    assertMatch(message, /^expected [^\n]+, got [^\n]+$/);
  });
}

Deno.test("checkHandshake refuses with 500 and the error when an option of type function throws", () => {
  const error = new Error("mine");
  const found = checkHandshake(request({ origin: "https://a.example" }), {
    origin() {
      throw error;
    },
  });
  assertEquals(found.kind === "refused" && [found.status, found.error], [500, error]);
});

Deno.test("checkHandshake does not consume the request, and the same request has the same verdict", () => {
  const of = request();
  assertEquals([verdict(of), verdict(of), of.bodyUsed], ["accepted", "accepted", false]);
});

Deno.test("upgradeWebSocket answers 426 to a request that is no upgrade", async () => {
  const response = upgradeWebSocket(request({ upgrade: undefined }), {});
  assertEquals([response.status, response.headers.get("upgrade")], [426, "websocket"]);
  assertMatch(await response.text(), /^expected [^\n]+\n$/);
});

Deno.test("checkHandshake refuses a Host that is none, and takes the URL's where there is no Host", () => {
  for (const host of ["", "a b", "a, b", "a/b", "user@a", "a:99999", "[::1", "a%2eb"]) {
    assertEquals(verdict(request({ host })), "400", host);
  }
  assertEquals(verdict(request({ host: undefined })), "accepted");
  assertEquals(verdict(request({ host: undefined, origin: "http://self.example" })), "accepted");
  assertEquals(verdict(request({ host: undefined, origin: "http://other.example" })), "403");
});

Deno.test("checkHandshake takes linear time, whichever header is hostile", () => {
  const names = [...Object.keys(HANDSHAKE), "content-length", "x-forwarded-host"];
  for (const name of names) {
    for (const hostile of [" ", ",", "a,", "websocket, ", "."]) {
      assertLinear(`${name} of "${hostile}"`, (times) => {
        const of = request({
          origin: "http://self.example",
          [name]: `Upgrade, websocket${hostile.repeat(times)}x`,
        });
        checkHandshake(of, { trustProxy: true });
      });
    }
  }
});

Deno.test("an origin is judged before the subprotocol: who may not connect learns no more", () => {
  const asked: string[] = [];
  const options: HandshakeOptions = {
    protocols(offered) {
      asked.push(...offered);
      return "a";
    },
  };
  const strange = { origin: "http://evil.example", "sec-websocket-protocol": "a" };
  assertEquals([verdict(request(strange), options), asked], ["403", []]);
  const both = { origin: "http://evil.example", "sec-websocket-protocol": "a b" };
  assertEquals(verdict(request(both)), "403");
  const welcome = { origin: "http://self.example", "sec-websocket-protocol": "a" };
  assertEquals([verdict(request(welcome), options), asked], ["accepted", ["a"]]);
});

Deno.test("a handshake that is malformed is refused before anybody is asked", () => {
  const options: HandshakeOptions = {
    origin() {
      throw new Error("asked");
    },
  };
  const of = request({ origin: "https://a.example", "sec-websocket-key": "short" });
  assertEquals(verdict(of, options), "400");
});

Deno.test("headers of a verdict are its own: whoever changes them changes no other", () => {
  const headers = new Headers({ "x-route": "1" });
  const first = checkHandshake(request(), { headers });
  if (first.kind !== "accepted") throw new Error(first.kind);
  first.headers.set("x-route", "2");
  assertEquals(headers.get("x-route"), "1");
  const none = checkHandshake(request());
  assertEquals(none.kind === "accepted" && [...none.headers], []);
});

Deno.test("an accepted handshake has its kind, its subprotocol and headers, whatever was offered", () => {
  for (const offer of ["a", "b"]) {
    const of = request({ "sec-websocket-protocol": offer });
    const found = checkHandshake(of, { protocols: ["a"] });
    assertEquals(Object.keys(found), ["kind", "protocol", "headers"], offer);
  }
});

Deno.test("wrong options throw, and that is no verdict", () => {
  for (
    const options of [{ origin: "client.com" }, { protocols: ["a b"] }, {
      headers: { upgrade: "h2c" },
    }]
  ) {
    let name = "";
    try {
      checkHandshake(request(), options as never);
    } catch (error) {
      name = (error as Error).name;
    }
    assertEquals(name, "TypeError");
  }
});
