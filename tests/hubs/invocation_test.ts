import { assertEquals } from "@std/assert";
import { HubInvocation } from "../../src/hubs/invocation.ts";
import { MethodMap } from "../../src/hubs/methods.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import { client } from "../support/fake_transport.ts";

const callable = new MethodMap({ m: makeCallable("method", [], () => {}) }).find("m")!;

function invocation(more: object = {}, session = client().session) {
  const waits: HubInvocation[] = [];
  const message = { type: 1, target: "m", arguments: [], ...more } as const;
  return { waits, call: new HubInvocation(message, callable, 7, session, (c) => waits.push(c)) };
}

Deno.test("a call has what its message says", () => {
  const { call, waits } = invocation({ invocationId: "1", streamIds: ["s"] });
  assertEquals([call.id, call.streamIds, call.cost, call.callable], ["1", ["s"], 7, callable]);
  call.beforeAnswer();
  assertEquals(waits, [call]);
});

Deno.test("without an id, or with an empty one, nobody waits for an answer", () => {
  assertEquals([invocation().call.id, invocation().call.streamIds], [undefined, []]);
  assertEquals(invocation({ invocationId: "" }).call.id, undefined);
});

Deno.test("whoever has the signal learns that the call is cancelled", () => {
  const { call } = invocation();
  const { signal } = call;
  assertEquals([signal.aborted, call.signal === signal], [false, true]);
  call.cancel();
  assertEquals([signal.aborted, call.cancelled], [true, true]);
});

Deno.test("a signal that is asked for too late has aborted", () => {
  const { call } = invocation();
  call.cancel();
  assertEquals(call.signal.aborted, true);
  const { session } = client();
  const late = invocation({}, session).call;
  session.ended();
  assertEquals(late.signal.aborted, true);
});
