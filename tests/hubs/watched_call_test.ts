import { assertEquals } from "@std/assert";
import { traceCalls } from "../../src/server/call_tracer.ts";
import { tellRefused, watchCall } from "../../src/hubs/watched_call.ts";
import { Listening } from "../support/diagnostics.ts";
import { FakeTransport } from "../support/fake_transport.ts";

const CONNECTION = { connectionId: "connection", path: "/hub", remoteAddress: "" };

Deno.test("nothing is made where nobody watches", () => {
  const transport = new FakeTransport();
  Object.defineProperty(transport, "diagnostics", {
    get() {
      throw new Error("nobody reads it");
    },
  });
  assertEquals(watchCall(transport, "m", undefined), undefined);
  tellRefused(transport, "m");
});

Deno.test("whoever listens is told how a call has ended, and how long it took", () => {
  using listening = new Listening("call");
  const transport = new FakeTransport();
  transport.time = 5;
  const watched = watchCall(transport, "m", undefined)!;
  let ran = 0;
  watched.run(() => ran++);
  transport.time = 35;
  assertEquals([ran, listening.told], [1, []]);
  const error = new Error("why");
  watched.ended("failed", error);
  watchCall(transport, "n", {})!.ended("completed");
  const end = { ...CONNECTION, method: "m", outcome: "failed", duration: 30, error };
  assertEquals(listening.all("call"), [
    end,
    { ...end, method: "n", outcome: "completed", duration: 0, error: undefined },
  ]);
});

Deno.test("what does not begin is told as refused, without a name that no method has", () => {
  using listening = new Listening("call");
  const transport = new FakeTransport();
  tellRefused(transport, undefined);
  tellRefused(transport, "m");
  const refused = { ...CONNECTION, outcome: "refused", duration: 0, error: undefined };
  assertEquals(listening.all("call"), [
    { ...refused, method: undefined },
    { ...refused, method: "m" },
  ]);
});

Deno.test("a tracer is handed the headers, runs the call, and is told of its end", () => {
  const transport = new FakeTransport();
  const order: unknown[] = [];
  const stop = traceCalls((call) => {
    order.push(call);
    return {
      run(task) {
        order.push("in");
        task();
        order.push("out");
      },
      ended: (outcome, error) => order.push([outcome, error]),
    };
  });
  const watched = watchCall(transport, "m", { traceparent: "00" })!;
  watched.run(() => order.push("runs"));
  watched.ended("refused", "why");
  stop();
  assertEquals(order, [
    { method: "m", headers: { traceparent: "00" } },
    "in",
    "runs",
    "out",
    ["refused", "why"],
  ]);
});

Deno.test("a tracer that makes nothing keeps nobody from running, or from being told", () => {
  using listening = new Listening("call");
  const seen: unknown[] = [];
  const stop = traceCalls(({ headers }) => void seen.push(headers));
  const watched = watchCall(new FakeTransport(), "m", undefined)!;
  stop();
  watched.run(() => seen.push("runs"));
  watched.ended("cancelled");
  assertEquals(seen, [{}, "runs"]);
  assertEquals(listening.all("call").map(({ outcome }) => outcome), ["cancelled"]);
});
