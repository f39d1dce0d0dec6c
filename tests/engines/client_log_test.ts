/** A log that a client of ours reads while its server and its Redis are killed in turn: it has no hole. */
import { assert, assertEquals } from "@std/assert";
import { connectHub } from "../../src/client.ts";
import type { LogHub } from "../fixtures/log_server.ts";
import { hasEngine, TestEngine } from "../support/engines.ts";
import { HubProxy } from "../support/hub_proxy.ts";
import type { ProcessServer } from "../support/process_server.ts";
import { bun, deno, type WireRuntime } from "../support/runtimes.ts";

const SCRIPT = new URL("../fixtures/log_server.ts", import.meta.url);

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Appends numbers, one after the other, until it is told to stop: which of them are in the log. */
class Writer {
  readonly written: number[] = [];
  readonly #port: number;
  #next = 0;
  #going = true;
  readonly #done: Promise<void>;

  constructor(port: number) {
    this.#port = port;
    this.#done = this.#write();
  }

  /** Waits until so many more are written. */
  async more(count: number): Promise<void> {
    const wanted = this.written.length + count;
    while (this.written.length < wanted) await wait(10);
  }

  async end(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #write(): Promise<void> {
    const hub = connectHub<LogHub>(`http://127.0.0.1:${this.#port}/`);
    while (this.#going) {
      const value = this.#next++;
      // Whatever is not certain is never written again: the log has it once, or not at all.
      if (await hub.call.append(value).catch(() => false)) this.written.push(value);
      await wait(5);
    }
    await hub.close();
  }
}

for (const runtime of [deno, bun]) {
  const name = `${runtime.name}: a log has no hole when server and Redis are killed in turn`;
  const needs = hasEngine("redis") ? "" : " [needs redis-server]";
  Deno.test({ name: `${name}${needs}`, ignore: needs !== "" }, () => readsAll(runtime));
}

async function readsAll(runtime: WireRuntime): Promise<void> {
  await using engine = await TestEngine.create("redis", { keeps: true });
  const start = async () => {
    const server = await runtime.start({ ENGINE_PORT: `${engine.port}` }, SCRIPT);
    await server.until({ on: "state", state: "up" });
    return server;
  };
  let server: ProcessServer = await start();
  await using proxy = await HubProxy.start(server.port);
  const writer = new Writer(proxy.port);
  const hub = connectHub<LogHub>(proxy.url("/"));
  const came: number[] = [];
  const reading = (async () => {
    const items = hub.stream.log("").resumeFrom(({ position }) => [position]);
    for await (const { value } of items) came.push(value);
  })().catch((error) => error);
  try {
    for (const victim of ["server", "engine", "server"]) {
      await writer.more(20);
      if (victim === "engine") {
        await engine.kill();
        await wait(300);
        await engine.start();
      } else {
        await server[Symbol.asyncDispose]();
        server = await start();
        proxy.target = server.port;
      }
      await writer.more(20);
      proxy.cut();
    }
    await writer.more(20);
    await writer.end();
    const last = writer.written.at(-1)!;
    for (let i = 0; !(came.at(-1)! >= last); i++) {
      const state = JSON.stringify(hub.state);
      assert(i < 500, `${last} did not come, only ${came.at(-1)}: ${state}, ${server.errors}`);
      await wait(20);
    }
    // Nothing came twice, or after a later one.
    assertEquals(came, [...new Set(came)].sort((a, b) => a - b));
    const all = new Set(came);
    assertEquals(writer.written.filter((value) => !all.has(value)), []);
  } finally {
    await writer.end();
    await hub.close();
    await server[Symbol.asyncDispose]();
  }
  const ended = await reading;
  assert(ended === undefined || ended.name === "ConnectionLost", `${ended}`);
}
