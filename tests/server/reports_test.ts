import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import type { Report } from "../../src/server/report.ts";
import { Reports } from "../../src/server/reports.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { heldOf } from "../support/garbage.ts";

const MINUTE = 60_000;

function setUp() {
  const clock = new FakeClock();
  const told: Report[] = [];
  const reports = new Reports(clock, (report) => told.push(report));
  const add = (route: string | undefined, cause = "403", message = "no") =>
    reports.add({ kind: "refused", cause, message, remoteAddress: "" }, route);
  return { clock, told, reports, add, counts: () => told.map(({ count }) => count) };
}

Deno.test("the first is told at once, more of them are counted", () => {
  const { add, counts } = setUp();
  const route = "a route";
  for (let i = 0; i < 1_000; i++) add(route);
  assertEquals(counts(), [1]);
});

Deno.test("what was counted is told after a minute, with the last of them", () => {
  const { clock, add, reports, told, counts } = setUp();
  const route = "a route";
  for (const message of ["first", "second", "third"]) add(route, "403", message);
  clock.pass(MINUTE - 1);
  reports.flush();
  assertEquals(counts(), [1]);
  clock.pass(1);
  reports.flush();
  assertEquals(counts(), [1, 2]);
  assertEquals(told[1]!.message, "third");
});

Deno.test("once a minute at most, as long as it goes on", () => {
  const { clock, add, counts } = setUp();
  const route = "a route";
  for (let second = 0; second < 180; second++) {
    add(route);
    clock.pass(1_000);
  }
  assertEquals(counts(), [1, 60, 60]);
});

Deno.test("a minute of silence, and the next one is a first again", () => {
  const { clock, add, reports, counts } = setUp();
  const route = "a route";
  add(route);
  clock.pass(MINUTE);
  reports.flush();
  add(route);
  assertEquals(counts(), [1, 1]);
});

Deno.test("routes and causes are told apart", () => {
  const { add, told } = setUp();
  const [one, two] = ["one", "two"];
  add(one);
  add(two);
  add(one, "400");
  add(undefined);
  assertEquals(told.map(({ cause }) => cause), ["403", "403", "400", "403"]);
});

Deno.test("no number of routes fills the log", () => {
  const { add, told } = setUp();
  for (let i = 0; i < 10_000; i++) add(`${i}`);
  assertEquals(told.length <= 65, true, `${told.length}`);
});

Deno.test("what is counted is told when the server shuts down, and nothing twice", () => {
  const { add, reports, counts } = setUp();
  const route = "a route";
  for (let i = 0; i < 3; i++) add(route);
  reports.flush(true);
  reports.flush(true);
  assertEquals(counts(), [1, 2]);
});

Deno.test("kinds are told apart, and all but 64 pairs of route and cause are one, until some are forgotten", () => {
  const { clock, told, reports } = setUp();
  const counts = () => told.map(({ count }) => count);
  const refused = { kind: "refused", cause: "403", message: "", remoteAddress: "" } as const;
  for (let i = 0; i < 100; i++) reports.add(refused, `${i}`);
  assertEquals(told.length, 65);
  reports.add({ ...refused, kind: "option" }, "0");
  reports.add({ ...refused, cause: "503" }, "0");
  assertEquals(told.slice(65).map(({ kind, cause }) => `${kind} ${cause}`), [
    "option 403",
    "refused 503",
  ]);
  clock.pass(MINUTE);
  reports.flush();
  assertEquals(counts().slice(67), [35]);
  clock.pass(MINUTE);
  reports.flush();
  for (const route of ["a", "b"]) reports.add(refused, route);
  assertEquals(counts().slice(68), [1, 1]);
});

Deno.test("what is due is told before what happens next, together with it", () => {
  const { clock, told, reports } = setUp();
  const refused = { kind: "refused", cause: "403", message: "", remoteAddress: "" } as const;
  for (let i = 0; i < 3; i++) reports.add(refused);
  clock.pass(MINUTE);
  reports.add(refused);
  assertEquals(told.map(({ count }) => count), [1, 3]);
});

Deno.test("nothing is kept of a connection that was told", async () => {
  const reports = new Reports(new FakeClock(), () => {});
  const held = await heldOf(10, (object) => {
    const connection = object as Connection;
    const cause = `${Math.random()}`;
    reports.add({ kind: "closed", cause, message: "", remoteAddress: "", connection });
  });
  assertEquals(held, 0);
});
