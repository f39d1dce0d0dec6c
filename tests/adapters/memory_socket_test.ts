import { assertEquals, assertStrictEquals } from "@std/assert";
import { type MemoryReceiver, MemorySocket } from "../../src/adapters/memory_socket.ts";

/** What a client is told, one line for each. */
function setUp(unread = 0) {
  const log: string[] = [];
  const receiver: MemoryReceiver = {
    unread: () => unread,
    message: (message) => log.push(typeof message === "string" ? message : "bytes"),
    ping: () => log.push("ping"),
    close: (code, reason) => log.push(`close ${code} ${reason}`),
    cut: () => log.push("cut"),
    read: (reads) => log.push(reads ? "reads" : "reads no more"),
  };
  return { log, socket: new MemorySocket(receiver, "raw") };
}

Deno.test("everything that a server does reaches its client", () => {
  const { log, socket } = setUp();
  socket.batch(() => socket.send("text"));
  socket.ping();
  socket.pause();
  socket.resume();
  socket.close(1000, "bye");
  socket.terminate();
  assertEquals(log, ["text", "ping", "reads no more", "reads", "close 1000 bye", "cut"]);
  assertStrictEquals(socket.raw, "raw");
});

Deno.test("a message waits if its client has not read it", () => {
  for (const [unread, result] of [[0, "sent"], [10, "queued"]] as const) {
    const { socket } = setUp(unread);
    assertEquals([socket.send(new Uint8Array(10)), socket.bufferedAmount], [result, unread]);
  }
});

Deno.test("bytes are sent as they are now, whatever becomes of them", () => {
  let sent: unknown;
  const receiver = { unread: () => 0, message: (message: unknown) => void (sent = message) };
  const bytes = new Uint8Array([1, 2, 3]);
  new MemorySocket(receiver as unknown as MemoryReceiver, "raw").send(bytes.subarray(1));
  bytes.fill(9);
  assertEquals([...new Uint8Array(sent as ArrayBuffer)], [2, 3]);
});
