import { assertEquals } from "@std/assert";
import { type InnerEvents, SHUTTING_DOWN } from "../../src/connection/events.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";
import { Route } from "../../src/server/route.ts";

Deno.test("an upper floor is told before an open connection is closed by its server, and only then", async () => {
  const order: string[] = [];
  const events: InnerEvents = {
    onOpen: () => order.push("open"),
    [SHUTTING_DOWN]: () => order.push("shutting down"),
    onClose: () => order.push("close"),
  };
  const route = new Route({}, () => {
    throw new Error("expected a wrapped server");
  });
  const { connect, state } = memoryServer((request, context) =>
    route.answer(request, events, context)
  );
  const first = await connect();
  first.client!.close(1000);
  await first.client!.closed;
  await nextTurn();
  assertEquals(order.splice(0), ["open", "close"]);
  await connect();
  await state.registry.shutdown(1_000);
  await nextTurn();
  assertEquals(order, ["open", "shutting down", "close"]);
});
