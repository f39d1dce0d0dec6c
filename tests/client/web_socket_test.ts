import { assertEquals } from "@std/assert";
import type { Socket, SocketClass } from "../../src/client/environment.ts";
import { openWebSocket } from "../../src/client/web_socket.ts";

/** A WebSocket without a network. */
class FakeSocket implements Socket {
  binaryType = "blob";
  readyState = 0;
  bufferedAmount = 7;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  onerror: ((event: never) => unknown) | null = null;
  readonly done: unknown[] = [];

  constructor(readonly url: string, readonly init?: ConstructorParameters<SocketClass>[1]) {}

  send(data: unknown): void {
    this.done.push(data);
  }

  close(code?: number): void {
    this.done.push(["close", code]);
  }
}

function setUp(Kind: SocketClass = FakeSocket, token?: string) {
  const made: FakeSocket[] = [];
  class Spy extends (Kind as typeof FakeSocket) {
    constructor(...args: ConstructorParameters<SocketClass>) {
      super(...args);
      made.push(this);
    }
  }
  const events: unknown[] = [];
  const link = openWebSocket({ world: { WebSocket: Spy }, token }, new URL("https://a/hub?id=b"), {
    opened: () => events.push("opened"),
    received: (data) => events.push(data),
    ended: (reason) => events.push(reason),
  });
  return { link, socket: made.at(-1)!, events };
}

Deno.test("it is a WebSocket to the hub, whose events are those of the link", () => {
  const { link, socket, events } = setUp();
  assertEquals([socket.url, socket.init, socket.binaryType], [
    "wss://a/hub?id=b",
    undefined,
    "arraybuffer",
  ]);
  socket.onopen!({} as never);
  socket.onmessage!({ data: "text" } as never);
  socket.onmessage!({ data: new Uint8Array([1, 2]).buffer } as never);
  socket.onerror!({} as never);
  socket.onclose!({ code: 1006, reason: "gone" } as never);
  assertEquals(events, [
    "opened",
    "text",
    new Uint8Array([1, 2]),
    "the WebSocket was closed: 1006 gone",
  ]);
  link.send("a");
  assertEquals([socket.done, link.waiting], [["a"], 7]);
});

Deno.test("the token is in a header where that can be, and else in the query", () => {
  const headers = setUp(FakeSocket, "the token").socket;
  assertEquals([headers.url, headers.init], [
    "wss://a/hub?id=b",
    { headers: { authorization: "Bearer the token" } },
  ]);
  class Browser extends FakeSocket {
    constructor(url: string, init?: ConstructorParameters<SocketClass>[1]) {
      super(url, init);
      if (init !== undefined) throw new SyntaxError("no subprotocol");
    }
  }
  const { url, init } = setUp(Browser, "a&b").socket;
  assertEquals([url, init], ["wss://a/hub?id=b&access_token=a%26b", undefined]);
});

Deno.test("a goodbye is a close frame, and done when it is answered", async () => {
  const { link, socket, events } = setUp();
  socket.readyState = 1;
  const closed = link.close() as Promise<unknown>;
  assertEquals(socket.done, [["close", 1000]]);
  socket.onclose!({ code: 1000, reason: "" } as never);
  await closed;
  assertEquals(events, []);
});

Deno.test("whoever leaves sends no close frame", () => {
  const { link, socket } = setUp();
  socket.readyState = 1;
  link.leave();
  assertEquals(socket.done, []);
  class Ws extends FakeSocket {
    terminate() {
      this.done.push("terminated");
    }
  }
  const ws = setUp(Ws);
  ws.socket.readyState = 1;
  ws.link.leave();
  assertEquals(ws.socket.done, ["terminated"]);
  ws.socket.done.length = ws.socket.readyState = 0;
  ws.link.leave();
  assertEquals(ws.socket.done, [["close", undefined]]);
});
