import { assertEquals } from "@std/assert";
import { type CallSpan, callTracer, traceCalls } from "../../src/server/call_tracer.ts";

const CALL = { method: "m", headers: {} };

Deno.test("whoever came last traces calls, until it is stopped", () => {
  assertEquals(callTracer(), undefined);
  const asked: string[] = [];
  const tracer = (name: string) => () => {
    asked.push(name);
    return { name, run: (task: () => void) => task(), ended() {} } as CallSpan;
  };
  const first = tracer("first");
  const stops = [traceCalls(first), traceCalls(tracer("second")), traceCalls(first)];
  callTracer()?.(CALL);
  // The second time does nothing.
  for (let times = 0; times < 2; times++) {
    stops[2]!();
    callTracer()?.(CALL);
  }
  stops[0]!();
  callTracer()?.(CALL);
  stops[1]!();
  assertEquals([asked, callTracer()], [["first", "second", "second", "second"], undefined]);
});
