import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delayOf, explain } from "../../../examples/page/refusal.js";

const asked = {
  host: "host:1",
  path: "/ws",
  protocols: [] as string[],
  origin: "http://page",
  foreign: false,
};
const refused = (status: number, more = {}) =>
  explain({ kind: "refused", status, message: "why", ...more }, asked);

Deno.test("page: only a real refusal is final", () => {
  for (const status of [400, 401, 403, 405, 421, 426]) assertEquals(refused(status).final, true);
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    assertEquals(refused(status).final, false, `${status}`);
  }
  assertEquals(explain(undefined, asked).final, false);
  assertEquals(explain(undefined, { ...asked, foreign: true }).final, false);
  assertEquals(explain({ kind: "accepted", protocol: "" }, asked).final, false);
  assertEquals(explain({ kind: "not-an-upgrade", status: 404 }, asked).final, true);
  assertEquals(explain({ kind: "not-an-upgrade", status: 502 }, asked).final, false);
});

Deno.test("page: a refusal says status, reason, and the origin if it is about that", () => {
  assertEquals(refused(403).text, "Refused with 403: why. This page comes from http://page");
  assertEquals(refused(503, { retryAfter: 5 }), {
    text: "Refused with 503: why",
    final: false,
    after: 5,
  });
});

Deno.test("page: what a foreign server says about waiting is taken as far as it makes sense", () => {
  for (const retryAfter of [undefined, null, -1, 0, "soon", {}]) {
    assertEquals("after" in refused(503, { retryAfter }), false);
  }
  const after = ["5", 1e9, Infinity].map((retryAfter) => refused(503, { retryAfter }).after);
  assertEquals(after, [5, 3_600, 3_600]);
  assertEquals(refused(503, { message: undefined }).text, "Refused with 503: no reason given");
});

Deno.test("page: each cause has its own words", () => {
  const text = (answer: object | undefined, more = {}) =>
    explain(answer as never, { ...asked, ...more }).text;
  assertStringIncludes(
    text({ kind: "not-an-upgrade", status: 404 }),
    "404, there is nothing at /ws",
  );
  assertStringIncludes(text({ kind: "not-an-upgrade", status: 200 }), "/ws answers 200");
  const accepted = { kind: "accepted", protocol: "" };
  const one = text(accepted, { protocols: ["chat"] });
  assertStringIncludes(one, "does not speak the subprotocol chat");
  assertEquals(explain(accepted, { ...asked, protocols: ["chat"] }).final, true);
  assertStringIncludes(text(accepted, { protocols: ["a", "b"] }), "does not speak any of a, b");
  assertStringIncludes(text({ ...accepted, path: "/ws" }), "just then; now it would");
  assertStringIncludes(text({ ...accepted, path: "/ws" }, { path: "/other" }), "at this URL");
  assertEquals(text({ error: "odd" }), "No WebSocket from host:1, and no cause from it: odd");
  assertEquals(explain({}, asked).final, false);
  assertEquals(text(undefined), "The server at host:1 does not answer");
  assertMatch(
    text(undefined, { foreign: true }),
    /does not say why.*refuse pages of http:\/\/page/,
  );
});

Deno.test("page: tries come less and less often, and never before the server asks for them", () => {
  assertEquals([1, 2, 3, 20].map((attempt) => delayOf(attempt, 0, 0.5)), [500, 1000, 2000, 30_000]);
  assertEquals([0, 1].map((random) => delayOf(1, 0, random)), [400, 600]);
  assertEquals(delayOf(1, 5, 0), 5_000);
  assertEquals(delayOf(10, 5, 0.5), 30_000);
  for (let i = 0; i < 100; i++) assert(delayOf(1, 7) >= 7_000);
});
