import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect, connectHub } from "../../src/client/connect.ts";
import { ClientWorld } from "../support/client_world.ts";

interface AnyHub {
  readonly on: Record<string, (handler: (...args: never[]) => unknown) => () => void>;
  readonly call: Record<string, (...args: unknown[]) => Promise<unknown>>;
  readonly stream: Record<string, (...args: unknown[]) => AsyncIterable<unknown>>;
}

Deno.test("calls, handlers and streams go by their names", async () => {
  await using world = new ClientWorld();
  const hub = connect("ws://localhost/hub", {}, world.environment);
  const { on, call, stream } = hub as unknown as AnyHub;
  const states: string[] = [];
  const { onState } = hub;
  const stop = onState(({ name }) => states.push(name));
  const heard: string[] = [];
  const off = on.message!((line: string) => heard.push(line));
  const answer = call.echo!("a");
  await world.pass();
  assertEquals([await answer, hub.state.name], ["a", "connected"]);
  await call.say!("hello");
  off();
  await call.say!("not heard");
  const items: unknown[] = [];
  for await (const item of stream.whole!()) items.push(item);
  assertEquals([heard, items], [["hello"], ["a", "b"]]);
  await assertRejects(() => call.fail!("the reason"), Error, "the reason");
  await assertRejects(() => call.echo!(() => {}), TypeError);
  stop();
  const closed = hub.close();
  await world.pass();
  await closed;
  assertEquals([states, hub.state.name], [["connected"], "closed"]);
});

Deno.test("a WebSocket of the user's is the one that is taken", async () => {
  await using world = new ClientWorld();
  const { WebSocket } = world.environment;
  const urls: string[] = [];
  class Own extends WebSocket! {
    constructor(url: string) {
      super(url);
      urls.push(url);
    }
  }
  const none = { ...world.environment, WebSocket: undefined };
  const hub = connect(new URL("http://localhost/hub"), { WebSocket: Own }, none);
  await world.pass();
  assertEquals(urls.length, 1);
  void hub.close();
});

Deno.test("in a page, the URL may be relative, and elsewhere it may not", async () => {
  assertThrows(() => connectHub("/hub"), TypeError);
  await using world = new ClientWorld();
  Object.defineProperty(globalThis, "location", {
    value: { href: "http://localhost/page?a" },
    configurable: true,
  });
  try {
    const hub = connect("hub", {}, world.environment);
    await world.pass();
    assertEquals([hub.state.name, world.asked], ["connected", ["POST /hub/negotiate"]]);
    void hub.close();
  } finally {
    Reflect.deleteProperty(globalThis, "location");
  }
});

Deno.test("wrong options are thrown at once, and a network that is not there is not", async () => {
  assertThrows(() => connectHub("http://localhost/", { maxBufered: 1 } as object), TypeError);
  const hub = connectHub("http://localhost/", {
    accessToken: () => Promise.reject(new Error("no token")),
  });
  const state = new Promise<unknown>((resolve) => hub.onState(({ reason }) => resolve(reason)));
  assertEquals((await state as Error).message, "no token");
  await hub.close();
});
