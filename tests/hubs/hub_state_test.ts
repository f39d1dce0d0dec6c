import { assert, assertEquals, assertThrows } from "@std/assert";
import { call, upload } from "../../src/hubs/parameters.ts";
import { makeCallable } from "../../src/hubs/methods.ts";
import { number } from "../fixtures/schemas.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { client, hubState } from "../support/fake_transport.ts";
import { HubProcesses } from "../support/hub_pair.ts";

Deno.test("a hub has its methods, its clients, and room for tokens", () => {
  const made = makeCallable("method", [upload(number)], () => {});
  const hub = hubState({ made }, { maxUnclaimed: 2 }, { tell: call(number) });
  assertEquals([hub.methods.find("MADE")?.name, hub.closed], ["made", false]);
  for (let i = 0; i < 5; i++) hub.tokens.make(new FakeClock(), 1);
  assertEquals(hub.tokens.size, 2);
  assert("tell" in hub.callers.one("nobody"));
  assertThrows(() => hubState({ made: 5 }), TypeError, "expected made to be made by");
});

Deno.test("handlers run within the filters, if there are any", async () => {
  const plain = hubState();
  const { session } = client(plain);
  const call = { signal: session.signal, beforeAnswer() {} };
  const context = plain.contextOf(session, call);
  assertEquals([context.connectionId, plain.run(context, "m", [], () => 5)], ["id", 5]);
  const filters = [async (...[, name, next, args]: [unknown, string, () => unknown, unknown]) => [
    name,
    args,
    await next(),
  ]];
  const filtered = hubState({}, { filters: filters as never });
  assertEquals(await filtered.run(context, "m", [1], () => 5), ["m", [1], 5]);
});

Deno.test("behind a broker there are other processes, which are told of groups", async () => {
  assertEquals(hubState().elsewhere, undefined);
  const processes = new HubProcesses({ tell: call(number) });
  const { state } = await processes.add();
  const { session } = client(state, { id: "a" });
  assertEquals([state.elsewhere?.status, state.elsewhere?.size], ["up", 0]);
  await state.roster.join("room", session);
  assertEquals(state.roster.watcher, state.elsewhere);
  await state.elsewhere?.close();
});
