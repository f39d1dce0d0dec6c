import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { perAddress } from "../../src/limits/per_address.ts";
import type { Report } from "../../src/server/report.ts";
import { handler } from "../../src/workers/handler.ts";
import { nextTurn } from "../support/memory.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

Deno.test("each request has a server of its own, and gets what the runtime passes beside it", async () => {
  using stage = new WorkersStage();
  const opened: Connection[] = [];
  const passed: unknown[] = [];
  const worker = handler((request: Request, env: object, context: object) => {
    passed.push(env, context);
    if (request.url.endsWith("/page")) return new Response("page");
    return upgradeWebSocket(request, { onOpen: (_, connection) => void opened.push(connection) });
  });
  const [env, context] = [{ KEY: "a" }, { waitUntil() {} }];
  assertEquals(
    await (await worker.fetch(new Request("http://a/page"), env, context)).text(),
    "page",
  );
  for (let i = 0; i < 2; i++) {
    assertEquals((await worker.fetch(edgeRequest(), env, context)).status, 101);
  }
  assertEquals(passed, [env, context, env, context, env, context]);
  await nextTurn();
  assertEquals([opened.length, stage.sockets.length], [2, 2]);
  // One of them closes: nobody looks at the other.
  opened[0]!.close(1000);
  stage.sockets[0]!.emit("close", { code: 1000, reason: "", wasClean: true });
  stage.sockets[1]!.emit("close", { code: 1000, reason: "", wasClean: true });
  await nextTurn();
  assertEquals(opened.map(({ readyState }) => readyState), [3, 3]);
});

Deno.test("a handler that takes its time is waited for, where the runtime can", async () => {
  using stage = new WorkersStage();
  const work: Promise<unknown>[] = [];
  const context = { waitUntil: (one: Promise<unknown>) => work.push(one) };
  const errors: unknown[] = [];
  const worker = handler(
    (request: Request) => upgradeWebSocket(request, { onClose: () => Promise.resolve("saved") }),
    { onError: (error) => errors.push(error), limits: perAddress({ connections: 9 }) },
  );
  for (const passed of [context, undefined, {}]) {
    await worker.fetch(edgeRequest(), {}, passed);
    await nextTurn();
    stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
    await nextTurn();
  }
  await worker.fetch(new Request("http://a/"), {}, context);
  assertEquals([work.length, errors], [2, []]);
  // Inside of another handler it is that one that contains what is thrown.
  const limits = perAddress({ connections: 9 });
  const inner = handler(() => Promise.reject(new Error("thrown")), { limits });
  const outer = handler((request) => inner.fetch(request, {}, context), { onError() {} });
  assertEquals((await outer.fetch(edgeRequest(), {}, context)).status, 500);
  assertEquals((await Promise.all(work)).flat().filter(Boolean), [
    { status: "fulfilled", value: "saved" },
  ]);
});

Deno.test("errors and refusals go to whoever asked for them, refusals once a minute", async () => {
  using _stage = new WorkersStage();
  const errors: unknown[] = [];
  const reports: Report[] = [];
  const fault = new Error("fault");
  const worker = handler((request) => {
    if (request.url.endsWith("/fails")) throw fault;
    return upgradeWebSocket(request, {});
  }, {
    onError: (error) => errors.push(error),
    onReport: (report) => reports.push(report),
  });
  assertEquals((await worker.fetch(edgeRequest("/fails"))).status, 500);
  for (let i = 0; i < 3; i++) {
    const refused = await worker.fetch(edgeRequest("/", { origin: "https://evil.example" }));
    assertEquals(refused.status, 403);
  }
  assertEquals([errors, reports.map(({ kind, cause }) => [kind, cause])], [
    [fault],
    [["refused", "403"]],
  ]);
});

Deno.test("a connection that is used by another request is told of, and nothing is thrown", async () => {
  using stage = new WorkersStage();
  const opened: Connection[] = [];
  const reports: Report[] = [];
  const worker = handler(
    (request) =>
      upgradeWebSocket(request, { onOpen: (_, connection) => void opened.push(connection) }),
    { onReport: (report) => reports.push(report) },
  );
  await worker.fetch(edgeRequest());
  await nextTurn();
  stage.last.fault = new Error("Cannot perform I/O on behalf of a different request.");
  assertEquals(opened[0]!.send("x"), false as never);
  assertEquals(reports.map(({ kind, cause }) => [kind, cause]), [["option", "topics"]]);
  stage.last.fault = undefined;
  stage.last.emit("close", { code: 1000, reason: "", wasClean: true });
});

Deno.test("options are checked when the module is loaded", () => {
  const fetch = () => new Response();
  assertThrows(() => handler(undefined as never), TypeError, "fetch to be a function");
  assertThrows(() => handler(fetch, { maxBuffered: NaN }), RangeError, "maxBuffered");
  assertThrows(() => handler(fetch, { maxConnections: 5 } as never), TypeError, "maxConnections");
  assertThrows(() => handler(fetch, { compression: true }), TypeError, "Cloudflare Workers");
});
