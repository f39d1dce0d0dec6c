import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import * as everywhere from "../src/hono.ts";
import * as entry from "../src/hono_workers.ts";
import { nextTurn } from "./support/memory.ts";
import { edgeRequest, WorkersStage } from "./support/workers_stage.ts";

const { createUpgradeWebSocket, upgradeWebSocket } = entry;

Deno.test("the entry has what that for Hono has", () => {
  assertEquals(Object.keys(entry).sort(), Object.keys(everywhere).sort());
});

Deno.test("routes of both kinds need nothing around their app", async () => {
  using stage = new WorkersStage();
  const events = () => ({
    onOpen: (_: unknown, own: { send(data: string): unknown }) => own.send("hi"),
  });
  const app = new Hono();
  app.get("/ws", upgradeWebSocket(events));
  app.get("/strict", createUpgradeWebSocket({ requireOrigin: true })(events));
  const own = { origin: "http://self.example" };
  const statuses = [];
  for (const [path, headers] of [["/ws", {}], ["/strict", {}], ["/strict", own]] as const) {
    statuses.push((await app.fetch(edgeRequest(path, headers))).status);
  }
  await nextTurn();
  assertEquals(statuses, [101, 403, 101]);
  assertEquals(stage.sockets.map(({ sent }) => sent), [["hi"], ["hi"]]);
  for (const socket of stage.sockets) {
    socket.emit("close", { code: 1000, reason: "", wasClean: true });
  }
});
