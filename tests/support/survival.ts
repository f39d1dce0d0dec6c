import { HubConnectionBuilder, HubConnectionState, LogLevel } from "@microsoft/signalr";
import { BalancedClient } from "./balanced.ts";
import { TestEngine } from "./engines.ts";
import { ProcessServer } from "./process_server.ts";
import type { WireRuntime } from "./runtimes.ts";
import { TcpProxy } from "./tcp_proxy.ts";
import { within } from "./within.ts";

const SCRIPT = new URL("../fixtures/hub_server.ts", import.meta.url);

const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds in which what was kept has arrived. */
const SOON = 1_500;

/** What happens to a client, and how it ends. */
export interface Outage {
  readonly title: string;
  run(stage: SurvivalStage): Promise<void>;
}

/** What happens, by the rows of the table. */
export const OUTAGES: readonly Outage[] = [
  { title: "its connection is cut, for no time", run: (stage) => stage.cut(0) },
  { title: "its connection is cut for 300 ms", run: (stage) => stage.cut(300) },
  { title: "its connection is cut for 10 s", run: (stage) => stage.cut(10_000) },
  { title: "its server is killed and started again", run: (stage) => stage.restartServer() },
  { title: "the engine is killed and started again", run: (stage) => stage.restartEngine() },
];

/** What becomes of what a client has, by the columns of the table. */
export interface Survived {
  readonly call: "answered" | "rejects" | "never settles";
  readonly event: "arrives" | "lost";
  readonly stream: "goes on" | "fails" | "silent";
  readonly group: "stays in" | "is out";
}

/** Two processes with an engine: the client that it is about comes to the second, through a proxy. */
export class SurvivalStage implements AsyncDisposable {
  readonly #engine: TestEngine;
  readonly #runtime: WireRuntime;
  readonly #near: ProcessServer;
  #far: ProcessServer;
  readonly #proxy: TcpProxy;

  private constructor(
    engine: TestEngine,
    runtime: WireRuntime,
    near: ProcessServer,
    far: ProcessServer,
  ) {
    this.#engine = engine;
    this.#runtime = runtime;
    this.#near = near;
    this.#far = far;
    this.#proxy = new TcpProxy(far.port);
  }

  static async create([one, two]: readonly [WireRuntime, WireRuntime]): Promise<SurvivalStage> {
    const engine = await TestEngine.create("redis");
    const start = ({ command }: WireRuntime) =>
      ProcessServer.start({ command }, envOf(engine), SCRIPT);
    const [near, far] = await Promise.all([start(one), start(two)]);
    for (const server of [near, far]) await server.until({ on: "state", state: "up" });
    return new SurvivalStage(engine, two, near, far);
  }

  async cut(milliseconds: number): Promise<void> {
    this.#proxy.refuse(milliseconds > 0);
    this.#proxy.cut();
    await sleep(milliseconds);
    this.#proxy.refuse(false);
  }

  async restartServer(): Promise<void> {
    const env = { ...envOf(this.#engine), PORT: `${this.#far.port}` };
    this.#far.signal("SIGKILL");
    await this.#far.status;
    this.#proxy.cut();
    this.#far = await ProcessServer.start({ command: this.#runtime.command }, env, SCRIPT);
    await this.#far.until({ on: "state", state: "up" });
  }

  async restartEngine(): Promise<void> {
    await this.#engine.kill();
    for (const server of [this.#near, this.#far]) {
      await server.until({ on: "state", state: "down" });
    }
    await sleep(300);
    await this.#engine.start();
    for (const server of [this.#near, this.#far]) {
      await server.until({ on: "state", state: "up" }, 2);
    }
  }

  /** Lets it happen to a client, with or without stateful reconnect: what is left. */
  async survive(outage: Outage, stateful: boolean): Promise<Survived> {
    await using friend = await BalancedClient.open([this.#near]);
    const builder = new HubConnectionBuilder()
      .withUrl(`http://127.0.0.1:${this.#proxy.port}/hub`)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 200 })
      .configureLogging(LogLevel.None);
    if (stateful) builder.withStatefulReconnect();
    const connection = builder.build();
    const events = new Set<unknown>();
    connection.on("told", (_name, value) => events.add(value));
    await connection.start();
    await connection.invoke("join", "room");
    let call: Survived["call"] = "never settles";
    connection.invoke("wait").then(() => call = "answered", () => call = "rejects");
    let items = 0;
    let failed = false;
    connection.stream("forever").subscribe({
      next: () => items++,
      complete: () => failed = true,
      error: () => failed = true,
    });
    await this.#far.until({ on: "waits" });
    while (items === 0) await sleep(10);

    const over = outage.run(this);
    await sleep(100);
    await friend.call("tell", "group", "room", "meanwhile");
    await over;
    const isBack = async () => {
      while (connection.state !== HubConnectionState.Connected) await sleep(50);
    };
    await within(isBack(), "a client that is back");
    // It may not have noticed yet.
    await sleep(SOON);
    await within(isBack(), "a client that is back");
    const before = items;
    await friend.call("tell", "group", "room", "afterwards");
    {
      await using releaser = await BalancedClient.open([this.#far]);
      for await (const _ of drained(releaser)) break;
    }
    await sleep(SOON);
    const survived: Survived = {
      call,
      event: events.has("meanwhile") ? "arrives" : "lost",
      stream: items > before && !failed ? "goes on" : failed ? "fails" : "silent",
      group: events.has("afterwards") ? "stays in" : "is out",
    };
    await connection.stop();
    return survived;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    for (const server of [this.#near, this.#far]) await server[Symbol.asyncDispose]();
    await this.#engine[Symbol.asyncDispose]();
  }
}

function envOf(engine: TestEngine) {
  return { CLIENT: "node-redis", ENGINE_PORT: `${engine.port}` };
}

/** Lets the calls go on that wait. */
async function* drained({ connection }: BalancedClient): AsyncGenerator<void> {
  await new Promise<void>((resolve) => {
    connection.stream("release").subscribe({
      next() {},
      complete: resolve,
      error: () => resolve(),
    });
  });
  yield;
}
