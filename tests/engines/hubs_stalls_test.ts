/** Clients of ours in two processes, each behind a proxy that stalls: nothing gets lost, nobody else waits. */
import { assert, assertEquals } from "@std/assert";
import { connectHub, type HubState } from "../../src/client.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { HubProxy } from "../support/hub_proxy.ts";
import { ProcessServer } from "../support/process_server.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";

const SCRIPT = new URL("../fixtures/hub_server.ts", import.meta.url);

/** Milliseconds after which an event counts as lost. */
const PATIENCE = 10_000;

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The hub of these processes, as far as it is used here. */
interface Room {
  readonly on: { told(handler: (room: string, value: number) => void): () => void };
  readonly call: {
    join(room: string): Promise<void>;
    tell(to: "group", room: string, value: number): Promise<void>;
  };
  readonly state: HubState;
  onState(listener: (state: HubState) => void): () => void;
  close(): Promise<void>;
}

/** A client in the room, with what it was told. */
class Guest implements AsyncDisposable {
  readonly hub: Room;
  readonly told: number[] = [];
  /** Sessions that it has begun. */
  sessions = 0;
  #wake = () => {};

  private constructor(url: string) {
    const hub: Room = this.hub = connectHub(url, {
      onSession: async () => {
        this.sessions++;
        await hub.call.join("room");
      },
    }) as unknown as Room;
    this.hub.on.told((_room, value) => {
      this.told.push(value);
      this.#wake();
    });
    this.hub.onState(() => this.#wake());
  }

  static async enter(url: string): Promise<Guest> {
    const guest = new Guest(url);
    try {
      await guest.until(() => guest.hub.state.name === "connected");
      return guest;
    } catch (error) {
      await guest.hub.close();
      throw error;
    }
  }

  async until(isSo: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!isSo()) {
      const left = end - Date.now();
      assert(left > 0, `nothing for ${PATIENCE} ms: ${this.hub.state.name}, ${this.told.length}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.hub.close();
  }
}

const needs = hasEngine("redis") ? "" : " [needs redis-server]";

Deno.test({
  name: `deno: hub, with bun: clients behind proxies that stall get everything, once${needs}`,
  ignore: needs !== "",
}, async () => {
  await using engine = await TestEngine.create("redis");
  const start = async ({ command }: WireRuntime) => {
    const env = { CLIENT: "node-redis", ENGINE_PORT: `${engine.port}` };
    const server = await ProcessServer.start({ command }, env, SCRIPT);
    await server.until({ on: "state", state: "up" });
    return server;
  };
  await using near = await start(deno);
  await using far = await start(bun);
  await using nearProxy = await HubProxy.start(near.port);
  await using farProxy = await HubProxy.start(far.port);
  const proxies = [nearProxy, farProxy];
  await using a = await Guest.enter(nearProxy.url("/hub"));
  await using b = await Guest.enter(farProxy.url("/hub"));
  await using direct = await Guest.enter(`http://127.0.0.1:${far.port}/hub`);
  let count = 0;
  const tell = async (most: number) => {
    while (count < most) await direct.hub.call.tell("group", "room", count++);
  };
  // What waits in a network passes when that goes on.
  for (const proxy of proxies) proxy.stall();
  await tell(50);
  await direct.until(() => direct.told.length === 50);
  assertEquals([a.told, b.told], [[], []]);
  for (const proxy of proxies) proxy.goOn();
  for (const guest of [a, b]) await guest.until(() => guest.told.length === 50);
  // What is lost in it comes again.
  for (const proxy of proxies) proxy.stallOpen();
  await tell(100);
  await direct.until(() => direct.told.length === 100);
  for (const proxy of proxies) proxy.cut();
  for (const guest of [a, b]) await guest.until(() => guest.told.length === 100);
  await tell(110);
  for (const guest of [a, b, direct]) {
    await guest.until(() => guest.told.length >= 110);
    assertEquals([guest.told, guest.sessions], [upTo(110), 1]);
  }
  for (const server of [near, far]) assertEquals(server.all({ on: "unhandled" }), []);
});
