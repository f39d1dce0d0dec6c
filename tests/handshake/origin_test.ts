import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { originRule } from "../../src/handshake/origin.ts";
import { upgradeWebSocket } from "../../src/hono.ts";
import { openingWith } from "../support/opening.ts";
import { assertLinear } from "../support/linear.ts";

const LIST = ["https://app.example", "https://*.wild.example", "http://localhost:5173"];

function allows(
  options: Parameters<typeof originRule>[0],
  origin: string,
  url = "http://self.example/",
) {
  const headers = new Headers({ host: new URL(url).host });
  // Bytes above 0x7f come as Latin-1.
  headers.set("origin", origin);
  return originRule(options)(openingWith(url, headers)) === undefined;
}

/** The rule, told a second time: whole strings and whole labels, without URLs. */
function listed(origin: string): boolean {
  if (origin === "https://app.example" || origin === "http://localhost:5173") return true;
  const label = "[a-z0-9_-]+";
  return new RegExp(`^https://(${label}\\.)+wild\\.example$`).test(origin);
}

/** What an attacker would send: pieces of allowed origins, put together wrongly. */
const pieces = fc.array(
  fc.constantFrom(
    "https://",
    "http://",
    "HTTPS://",
    "app.example",
    "wild.example",
    ".wild.example",
    "a",
    "evil",
    ".",
    ":",
    "443",
    "8443",
    "@",
    "/",
    "\\",
    "?",
    "#",
    ",",
    " ",
    "\t",
    "null",
    "*",
    "%2e",
    "xn--",
    "[::1]",
    "é",
    "self.example",
    "-",
    "_",
    "//",
  ),
  { minLength: 1, maxLength: 8 },
).map((parts) => parts.join("").replace(/^[\t ]+|[\t ]+$/g, ""));

Deno.test("a list accepts nothing outside the rule, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(pieces, fc.webUrl().map((url) => new URL(url).origin)), (origin) => {
      if (allows({ origin: LIST }, origin)) assert(listed(origin), origin);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("a list accepts what the rule accepts", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((text) => !text.startsWith("xn"));
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
      assert(allows({ origin: LIST }, `https://${labels.join(".")}.wild.example`));
    }),
    { numRuns: 1_000 },
  );
  for (const origin of LIST.filter((entry) => !entry.includes("*"))) {
    assert(allows({ origin: LIST }, origin));
  }
});

Deno.test("same-origin accepts nothing but the requested host under a scheme as strong", () => {
  const urls = fc.constantFrom(
    "http://self.example/",
    "https://self.example/",
    "http://self.example:8000/",
  );
  fc.assert(
    fc.property(
      fc.oneof(pieces, fc.webUrl().map((url) => new URL(url).origin)),
      urls,
      (origin, url) => {
        if (!allows({}, origin, url)) return;
        const { host, protocol } = new URL(url);
        assert(
          origin === `https://${host}` || (origin === `http://${host}` && protocol === "http:"),
          origin,
        );
      },
    ),
    { numRuns: 20_000 },
  );
});

Deno.test("same-origin accepts no Host but the page's own, whatever the client writes there", () => {
  const hosts = fc.oneof(
    pieces,
    fc.tuple(pieces, pieces).map((parts) => parts.join("self.example")),
  );
  const origins = fc.constantFrom("http://self.example", "https://self.example", "http://[::1]");
  fc.assert(
    fc.property(hosts, origins, (host, origin) => {
      const [scheme, own] = origin.split("://") as [string, string];
      const port = scheme === "http" ? "80" : "443";
      const names = ["host", "x-forwarded-host"] as const;
      for (const [index, name] of names.entries()) {
        const headers = { host: "other.example", origin, [name]: host };
        const opening = openingWith("http://other.example/", headers);
        if (originRule({ trustProxy: index === 1 })(opening) !== undefined) continue;
        const last = index === 1 ? host.split(",").at(-1)!.trim() : host;
        assert([own, `${own}:`, `${own}:${port}`].includes(last.toLowerCase()), host);
      }
    }),
    { numRuns: 20_000 },
  );
});

for (
  const [origin, url, expected] of [
    ["http://self.example", "http://self.example/", true],
    ["https://self.example", "http://self.example/", true],
    ["http://self.example", "https://self.example/", false],
    ["https://self.example", "https://self.example:443/", true],
    ["http://self.example:8000", "http://self.example:8000/", true],
    ["http://self.example", "http://self.example:8000/", false],
    ["http://[::1]:8000", "http://[::1]:8000/", true],
    ["http://[::1]:8001", "http://[::1]:8000/", false],
    ["http://self.example.", "http://self.example/", false],
    ["chrome-extension://self.example", "http://self.example/", false],
  ] as const
) {
  Deno.test(`same-origin: ${origin} at ${url} is ${expected ? "accepted" : "refused"}`, () => {
    assertEquals(allows({}, origin, url), expected);
  });
}

Deno.test("a request without Origin passes unless it is required", () => {
  const opening = openingWith("http://self.example/");
  assertEquals(originRule({})(opening), undefined);
  assertStringIncludes(originRule({ requireOrigin: true })(opening) ?? "", "expected an Origin");
  const both = { requireOrigin: true, dangerouslyAllowAnyOrigin: true };
  assertStringIncludes(originRule(both)(opening) ?? "", "expected an Origin");
});

Deno.test("dangerouslyAllowAnyOrigin accepts every origin", () => {
  for (const origin of ["null", "https://evil.example", "garbage"]) {
    assert(allows({ dangerouslyAllowAnyOrigin: true }, origin));
  }
});

Deno.test("dangerouslyAllowAnyOrigin and origin contradict each other", () => {
  for (const origin of ["same-origin", [], LIST, () => true] as const) {
    const { message } = assertThrows(
      () => originRule({ dangerouslyAllowAnyOrigin: true, origin }),
      TypeError,
    );
    assertEquals(
      message,
      "Cannot use option dangerouslyAllowAnyOrigin: expected no origin beside it, got both",
    );
    originRule({ dangerouslyAllowAnyOrigin: false, origin });
  }
  originRule({ dangerouslyAllowAnyOrigin: true, origin: undefined });
});

Deno.test("a function is asked only about well-formed origins, and must answer at once", () => {
  const asked: string[] = [];
  const origin = (value: string) => asked.push(value) > 0;
  for (const value of ["null", "https://a.example/", "https://a.example", "a"]) {
    allows({ origin }, value);
  }
  assertEquals(asked, ["https://a.example"]);
  const late = (() => Promise.resolve(true)) as never;
  assertThrows(() => allows({ origin: late }, "https://a.example"), TypeError, "promise");
});

Deno.test("trustProxy reads the last X-Forwarded-Host and X-Forwarded-Proto, nothing else does", () => {
  const headers = {
    host: "inner:3000",
    origin: "https://public.example",
    "x-forwarded-host": "evil.example, public.example",
    "x-forwarded-proto": "http, https",
  };
  const opening = openingWith("http://inner:3000/", headers);
  assertEquals(originRule({ trustProxy: true })(opening), undefined);
  assert(originRule({})(opening) !== undefined);
  const plain = openingWith("http://inner:3000/", { ...headers, origin: "http://public.example" });
  assert(originRule({ trustProxy: true })(plain) !== undefined);
});

Deno.test("same-origin in a list is judged behind a proxy as it is without one", () => {
  const headers = {
    host: "inner:3000",
    origin: "https://public.example",
    "x-forwarded-host": "public.example",
    "x-forwarded-proto": "https",
  };
  const opening = openingWith("http://inner:3000/", headers);
  const origin = ["https://client.com", "same-origin"];
  assertEquals(originRule({ origin, trustProxy: true })(opening), undefined);
  assertEquals(
    originRule({ origin })(opening),
    'expected an origin that may connect here, got "https://public.example"',
  );
});

Deno.test("a forwarded header that is missing, or names no host, is not made up", () => {
  const rule = originRule({ trustProxy: true });
  const judged = (headers: Record<string, string>) =>
    rule(openingWith("http://inner/", { host: "inner", origin: "http://inner", ...headers }));
  assertEquals(judged({}), undefined);
  assertEquals(judged({ "x-forwarded-host": "inner" }), undefined);
  for (
    const headers of [
      { "x-forwarded-host": "other.example" },
      { "x-forwarded-host": "" },
      { "x-forwarded-host": "a b" },
      { "x-forwarded-proto": "https" },
      { "x-forwarded-proto": "http, WSS " },
    ]
  ) assert(judged(headers) !== undefined, JSON.stringify(headers));
});

Deno.test("same-origin is of http and https only, with the default port of each", () => {
  const judged = (origin: string, host: string) =>
    originRule({})(openingWith("http://self.example/", { host, origin })) === undefined;
  assertEquals(judged("http://self.example", "self.example:80"), true);
  assertEquals(judged("https://self.example", "self.example:443"), true);
  assertEquals(judged("http://self.example:443", "self.example:443"), true);
  assertEquals(judged("http://self.example", "self.example:443"), false);
  assertEquals(judged("https://self.example", "self.example:80"), false);
  assertEquals(judged("http://self.example", "self.example:8080"), false);
  assertEquals(judged("chrome-extension://self.example", "self.example"), false);
});

Deno.test("a refusal says what came, and never what may connect", () => {
  const rule = originRule({ origin: ["https://client.com"] });
  const refused = (origin: string) => rule(openingWith("http://self.example/", { origin }));
  assertEquals(refused("null"), 'expected one serialized origin in the Origin header, got "null"');
  assertEquals(
    refused("https://evil.example"),
    'expected an origin that may connect here, got "https://evil.example"',
  );
});

Deno.test("a function is handed the origin and the request, and its answer counts", () => {
  const opening = openingWith("http://self.example/path", { origin: "https://a.example" });
  const asked: unknown[] = [];
  const answers = (answer: boolean) =>
    originRule({
      origin: (...words) => {
        asked.push(...words);
        return answer;
      },
    })(opening) === undefined;
  assertEquals([answers(true), answers(false)], [true, false]);
  assertEquals(asked.slice(0, 2), ["https://a.example", opening.request]);
  assertThrows(() => originRule({ origin: (() => "yes") as never })(opening), TypeError, '"yes"');
});

for (
  const [entry, hint] of [
    ["*", "dangerouslyAllowAnyOrigin"],
    ["app.example", "https://app.example"],
    ["https://app.example/", '"https://app.example"'],
    ["https://app.example/path", '"https://app.example"'],
    ["https://app.example:443", '"https://app.example"'],
    ["https://APP.example", '"https://app.example"'],
    ["https://user@app.example", "got"],
    ["https://*app.example", "got"],
    ["https://a.*.com", "got"],
    ["*.app.example", "https://*.app.example"],
    ["https://bücher.example", "xn--bcher-kva.example"],
    ["null", "sandboxed"],
    ["https://*", "dangerouslyAllowAnyOrigin"],
    ["wss://app.example", '"https://app.example"'],
    ["ws://localhost:5173", '"http://localhost:5173"'],
    ["localhost:5173", '"http://localhost:5173"'],
    ["https://*.127.0.0.1", '"https://127.0.0.1"'],
    ["https://*.app.example/", '"https://*.app.example"'],
    ["https://*.app.example:443", '"https://*.app.example"'],
    ["", "got"],
    [5, "got number"],
  ] as const
) {
  Deno.test(`the list entry ${JSON.stringify(entry)} throws when the route is set up`, () => {
    const error = assertThrows(
      () => upgradeWebSocket(() => ({}), { origin: [entry as string] }),
      TypeError,
    );
    assertStringIncludes(error.message, hint);
  });
}

for (
  const [options, hint] of [
    [{ origin: "*" }, "dangerouslyAllowAnyOrigin"],
    [{ origin: "app.example" }, '"https://app.example"'],
    [{ origin: "https://app.example" }, 'write ["https://app.example"]'],
    [{ origin: 5 }, "got number"],
    [{ requireOrigin: "yes" }, "requireOrigin"],
    [{ dangerouslyAllowAnyOrigin: 1 }, "dangerouslyAllowAnyOrigin"],
    [{ trustProxy: "1" }, "trustProxy"],
  ] as const
) {
  Deno.test(`the options ${JSON.stringify(options)} throw when the route is set up`, () => {
    const error = assertThrows(() => upgradeWebSocket(() => ({}), options as never), TypeError);
    assertStringIncludes(error.message, hint);
  });
}

Deno.test("judging an origin takes linear time on hostile input", () => {
  const rules = [originRule({}), originRule({ origin: LIST })];
  for (const hostile of [" ", "https://", "a.", "@", ":", "-", "%", "["]) {
    assertLinear(`Origin of "${hostile}"`, (times) => {
      const headers = { origin: `https://${hostile.repeat(times)}x`, host: "self.example" };
      const opening = openingWith("http://self.example/", headers);
      for (const rule of rules) rule(opening);
    });
  }
});

Deno.test("a wildcard needs a name of its own, but on the machine itself", () => {
  for (const entry of ["https://*.com", "https://*.internal", "https://*.com:8443"]) {
    const error = assertThrows(() => originRule({ origin: [entry] }), TypeError);
    assertStringIncludes(error.message, "write each host, because every page under");
  }
  assert(allows({ origin: ["http://*.localhost:5173"] }, "http://a.localhost:5173"));
  assert(allows({ origin: ["https://*.app.example"] }, "https://a.app.example"));
});

Deno.test("a wildcard for ports says what to write", () => {
  const error = assertThrows(() => originRule({ origin: ["http://localhost:*"] }), TypeError);
  assertStringIncludes(error.message, "write each port, or a function that judges the origin");
});
