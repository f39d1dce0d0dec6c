import { assertEquals } from "@std/assert";
import { listenTo, WorkersSocket } from "../../src/adapters/workers_socket.ts";
import type { ServerConnection } from "../../src/connection/server_connection.ts";
import { StagedSocket } from "../support/workers_stage.ts";

const OTHER = new TypeError(
  "Cannot perform I/O on behalf of a different Durable Object. I/O objects …",
);

function setUp() {
  const raw = new StagedSocket();
  const told: unknown[] = [];
  const connection = {
    received: (message: unknown) => told.push(["received", message]),
    ended: (info: object) => told.push(["ended", info]),
    alive: () => told.push(["alive"]),
  } as unknown as ServerConnection;
  const socket = new WorkersSocket(raw, connection, {
    closing: (one) => told.push(["closing", one === connection]),
    strange: () => told.push(["strange"]),
  });
  return { raw, told, connection, socket };
}

const CLEAN = { code: 4000, reason: "bye", wasClean: true, cause: "peer" };
const BROKEN = { code: 1006, reason: "", wasClean: false, cause: "network" };

Deno.test("what is sent goes to the runtime, which does not say what waits", () => {
  const { raw, socket, told } = setUp();
  assertEquals([socket.send("x"), raw.sent, socket.bufferedAmount], ["sent", ["x"], 0]);
  raw.readyState = 2;
  assertEquals([socket.send("late"), raw.sent], ["gone", ["x"]]);
  raw.readyState = 1;
  raw.fault = new TypeError("Can't call WebSocket send() after close().");
  assertEquals([socket.send("late"), told], ["gone", []]);
});

Deno.test("bytes go out as they were, whatever becomes of them", () => {
  const { raw, socket } = setUp();
  const bytes = new Uint8Array([1, 2, 3, 4]);
  for (const data of [bytes.subarray(1, 3), bytes.buffer]) socket.send(data);
  bytes.fill(9);
  const sent = raw.sent.map((data) => [...new Uint8Array(data as ArrayBuffer)]);
  assertEquals(sent, [[2, 3], [1, 2, 3, 4]]);
});

Deno.test("a code that nobody may send is answered by another one", () => {
  const { raw, socket, told } = setUp();
  const closes: unknown[] = [];
  raw.close = (code) => {
    closes.push(code);
    if (code === 1004) throw new TypeError("Invalid WebSocket close code: 1004.");
  };
  socket.ended({ code: 1004, reason: "", wasClean: true });
  assertEquals([closes, told.length], [[1004, 1002], 1]);
});

Deno.test("who uses it from somewhere else is told so, and nothing is thrown", () => {
  const { raw, socket, told } = setUp();
  raw.fault = OTHER;
  assertEquals(socket.send("x"), "gone");
  socket.close(1000, "");
  assertEquals(told, [["strange"], ["strange"], ["closing", true]]);
});

Deno.test("a closing handshake is begun, and whoever looks at it is told", () => {
  const { raw, socket, told } = setUp();
  socket.close(4000, "bye");
  socket.terminate();
  assertEquals(raw.closes, [[4000, "bye"], [1001, ""]]);
  assertEquals(told, [["closing", true], ["closing", true]]);
});

Deno.test("who is silent may be there: nobody can ask", () => {
  const { socket, told } = setUp();
  socket.checkLiveness();
  assertEquals(told, [["alive"]]);
});

Deno.test("events of the runtime's socket reach the connection, bytes as ArrayBuffer", () => {
  const { raw, socket, told } = setUp();
  listenTo(socket);
  assertEquals([raw.accepted, raw.binaryType], [true, "arraybuffer"]);
  raw.emit("message", { data: "x" });
  raw.emit("close", { code: 4000, reason: "bye", wasClean: true });
  raw.emit("error", { message: "Network connection lost." });
  raw.emit("error", {});
  assertEquals(told, [
    ["received", "x"],
    ["ended", CLEAN],
    ["ended", BROKEN],
    ["ended", BROKEN],
  ]);
});

Deno.test("a close frame is answered with its own code, unless the runtime has done that", () => {
  const { raw, socket, told } = setUp();
  socket.ended({ code: 4000, reason: "bye", wasClean: true });
  socket.ended({ code: 1005, reason: "", wasClean: true });
  raw.readyState = 3;
  socket.ended({ code: 1000, reason: "", wasClean: true });
  assertEquals(raw.closes, [[4000, "bye"], []]);
  assertEquals(told.length, 3);
});

Deno.test("who is gone without a close frame gets none", () => {
  const { raw, socket, told } = setUp();
  socket.ended({ code: 1006, reason: "WebSocket disconnected …", wasClean: false });
  assertEquals([raw.closes, told], [[], [["ended", BROKEN]]]);
});

Deno.test("a message that is too large for the runtime is no broken network", () => {
  const { socket, told } = setUp();
  socket.failed("Message is too large: 34603008 > 33554432");
  socket.failed(new Error("protocol error"));
  assertEquals(told, [
    ["ended", {
      code: 1009,
      reason: "Message too big",
      wasClean: false,
      cause: "payload-too-large",
    }],
    ["ended", BROKEN],
  ]);
});
