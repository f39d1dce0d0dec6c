import { assertEquals } from "@std/assert";
import { isWorkers, workersGlobals } from "../../src/adapters/workers_runtime.ts";
import { StagedSocket, WorkersStage } from "../support/workers_stage.ts";

Deno.test("Cloudflare's runtime is known by its pairs of sockets", () => {
  assertEquals(isWorkers(), false);
  {
    using stage = new WorkersStage();
    assertEquals(isWorkers(), true);
    const { 1: socket } = new (workersGlobals().WebSocketPair)();
    assertEquals([socket instanceof StagedSocket, stage.sockets.length], [true, 1]);
  }
  assertEquals(isWorkers(), false);
});
