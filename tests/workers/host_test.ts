import { assertEquals, assertThrows } from "@std/assert";
import { WorkersAdapter } from "../../src/adapters/workers.ts";
import { upgradeWebSocket } from "../../src/native/upgrade.ts";
import { checkHostOptions } from "../../src/server/host_options.ts";
import { Host } from "../../src/workers/host.ts";
import { nextTurn } from "../support/memory.ts";
import { edgeRequest, WorkersStage } from "../support/workers_stage.ts";

function hosting(timeout = 50) {
  const told: unknown[] = [];
  const passed: unknown[] = [];
  const adapter = new WorkersAdapter();
  const onReport = ({ kind, cause }: { kind: string; cause: string }) => told.push([kind, cause]);
  const host = new Host(
    (request: Request, ...rest: never[]) => {
      passed.push(...rest);
      return upgradeWebSocket(request, {
        onClose: ({ code, cause }) => void told.push([code, cause]),
      });
    },
    "state",
    checkHostOptions({ maxConnections: 2, onReport }),
    timeout,
    adapter,
  );
  return { host, told, passed, adapter };
}

Deno.test("a host counts, and passes on what belongs to its object", async () => {
  using _stage = new WorkersStage();
  const { host, passed, adapter, told } = hosting();
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await host.fetch(edgeRequest(), "env")).status);
  assertEquals(statuses, [101, 101, 503]);
  assertEquals(passed.slice(0, 2), ["env", "state"]);
  adapter.strange();
  assertEquals(told, [["refused", "503"], ["option", "topics"]]);
  await host.shutdown();
});

Deno.test("a shutdown refuses, closes, and is over when everybody has gone", async () => {
  using stage = new WorkersStage();
  const { host, told } = hosting(60_000);
  await host.fetch(edgeRequest());
  await nextTurn();
  const done = host.shutdown();
  assertEquals(stage.last.closes, [[1001, "Server shutting down"]]);
  assertEquals((await host.fetch(edgeRequest())).status, 503);
  stage.last.emit("close", { code: 1001, reason: "", wasClean: true });
  await done;
  assertEquals(told.filter((one) => (one as unknown[])[1] === "shutdown"), [[1001, "shutdown"]]);
});

Deno.test("who does not answer is given up after the timeout", async () => {
  using _stage = new WorkersStage();
  const { host, told } = hosting(20);
  await host.fetch(edgeRequest());
  await nextTurn();
  await host.shutdown({ code: 1012 });
  assertEquals(told, [[1012, "shutdown"]]);
});

Deno.test("a drain takes its time, and a second shutdown ends it", async () => {
  using stage = new WorkersStage();
  const { host } = hosting();
  await host.fetch(edgeRequest());
  await nextTurn();
  const draining = host.shutdown({ drain: 600 });
  await nextTurn();
  assertEquals(stage.last.closes, []);
  const again = host.shutdown();
  await Promise.all([draining, again]);
  assertEquals(stage.last.closes[0], [1001, "Server shutting down"]);
  assertThrows(() => host.shutdown({ code: 1000 } as never), RangeError, "1001 or 1012");
});
