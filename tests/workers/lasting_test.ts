import { assertEquals } from "@std/assert";
import type { Connection } from "../../src/connection/connection.ts";
import { type InnerEvents, SHUTTING_DOWN } from "../../src/connection/connection_view.ts";
import type { WebSocketEvents } from "../../src/connection/events.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { lastingEvents, letFinish } from "../../src/workers/lasting.ts";
import { memoryServer, nextTurn } from "../support/memory.ts";

const connection = {} as Connection;
const closing = { type: "close", code: 1000, reason: "", wasClean: true, cause: "peer" } as const;
const message = { type: "message", data: "x" } as const;

/** Events that last, and what was waited for. */
function lasting(events: WebSocketEvents, held = new Set<Promise<unknown>>()) {
  const work: Promise<unknown>[] = [];
  return { events: lastingEvents(events, (one) => work.push(one), held), work };
}

Deno.test("what handlers still do is waited for, and what they return is what they return", async () => {
  // Handlers of a class are called on their object.
  class Events {
    readonly #told: string[] = [];
    onOpen() {
      return Promise.resolve(`open ${this.#told.push("open")}`);
    }
    onMessage() {
      return Promise.reject(new Error("told elsewhere"));
    }
    onClose() {
      return this.#told.length;
    }
    onError() {
      return { then: (done: (value: string) => void) => done("thenable") };
    }
  }
  const { events, work } = lasting(new Events());
  assertEquals(await events.onOpen!({ type: "open" }, connection), "open 1");
  const rejected = events.onMessage!(message, connection) as Promise<unknown>;
  await rejected.catch(() => {});
  assertEquals(events.onClose!(closing, connection), 1);
  events.onError!({ type: "error", error: undefined, message: "" }, connection);
  const settled = await Promise.all(work) as PromiseSettledResult<unknown>[][];
  assertEquals(settled.flat().map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("who has no onMessage has none, and a hub hears that its server goes", () => {
  const told: unknown[] = [];
  const hub: InnerEvents = {
    [SHUTTING_DOWN]() {
      told.push(this === hub);
    },
  };
  const { events } = lasting(hub);
  assertEquals([events.onOpen, events.onMessage, events.onError], [
    undefined,
    undefined,
    undefined,
  ]);
  (events as InnerEvents)[SHUTTING_DOWN]!();
  assertEquals(told, [true]);
  assertEquals(SHUTTING_DOWN in lasting({}).events, false);
});

Deno.test("at the end, what is held is waited for too; without anything nobody is", async () => {
  const held = new Set([Promise.resolve("pipeline")]);
  const { events, work } = lasting({}, held);
  events.onClose!(closing, connection);
  assertEquals(await work[0], [{ status: "fulfilled", value: "pipeline" }]);
  const quiet = lasting({ onClose: () => 5 });
  assertEquals([quiet.events.onClose!(closing, connection), quiet.work], [5, []]);
});

for (const holdPipeline of [false, true]) {
  const how = holdPipeline ? "is held" : "is not held";
  Deno.test(`the connection of a request has such events, where the pipeline ${how}`, async () => {
    const work: Promise<unknown>[] = [];
    const released = Promise.withResolvers<void>();
    const { connect } = memoryServer(async (request) => {
      letFinish(request, (one) => work.push(one));
      if (request.url.endsWith("/page")) return new Response("page");
      const onClose = () => Promise.resolve("closed");
      try {
        return await upgradeWebSocket(request, { onClose });
      } finally {
        released.resolve();
      }
    }, { holdPipeline });
    const { client } = await connect();
    client!.close(1000);
    await released.promise;
    await client!.closed;
    await nextTurn();
    const [all] = await Promise.all(work) as PromiseSettledResult<unknown>[][];
    assertEquals(all!.length, holdPipeline ? 2 : 1);
    assertEquals(all![0], { status: "fulfilled", value: "closed" });
  });
}

Deno.test("a request that opens nothing is left alone", () => {
  letFinish(new Request("http://x/"), () => {});
});
