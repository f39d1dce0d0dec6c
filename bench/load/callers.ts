import { Caller, type Calling } from "./caller.ts";
import { type Dialect, dialectOf } from "./dialects.ts";
import { type Effort, stopwatch } from "./effort.ts";
import { RequestCaller } from "./request_caller.ts";

/** How clients are connected; by events where the server has them, and else by polls. */
export type Way = "webSocket" | "events" | "polls";

/** Clients that call a server, however that is spoken to. */
export class Callers {
  readonly #port: number;
  readonly #all: Calling[] = [];
  #dialect: Dialect | undefined;
  #way: Way = "webSocket";

  constructor(port: number) {
    this.#port = port;
  }

  /** Connects until there are so many, to a server that speaks like this. */
  async join(speaks: string, total: number, abreast: number, way?: Way): Promise<Effort> {
    this.#dialect = dialectOf(speaks);
    this.#way = way ?? "webSocket";
    const elapsed = stopwatch();
    const opened = total - this.#all.length;
    await inLanes(abreast, opened, async () => void this.#all.push(await this.#open()));
    return elapsed(opened);
  }

  /** Keeps so many calls under way on each of them. */
  call(window: number, seconds: number): Promise<Effort> {
    return new Promise((resolve) => {
      const elapsed = stopwatch();
      const end = performance.now() + seconds * 1000;
      let count = 0;
      let open = this.#all.length * window;
      for (const caller of this.#all) {
        caller.onHeard = (answers) => {
          count += answers;
          if (performance.now() < end) return caller.call("echo", answers);
          open -= answers;
          if (open === 0) resolve(elapsed(count));
        };
        caller.call("echo", window);
      }
    });
  }

  /**
   * One of them shouts, so many times: the next time when all have heard it.
   *
   * @param from The port of another process that a client shouts at; `undefined`: at this one.
   */
  async shout(times: number, from?: number): Promise<Effort> {
    const one = from === undefined ? this.#all[0]! : await Caller.open(from, this.#dialect!);
    const effort = await this.#shout(one, times);
    if (from !== undefined) await one.close();
    return effort;
  }

  #shout(one: Calling, times: number): Promise<Effort> {
    return new Promise((resolve) => {
      const elapsed = stopwatch();
      let left = times;
      let waiting = this.#all.length;
      for (const caller of this.#all) {
        caller.onHeard = (_, told) => {
          waiting -= told;
          if (waiting > 0) return;
          if (--left === 0) return resolve(elapsed(times * this.#all.length));
          waiting = this.#all.length;
          one.call("shout", 1);
        };
      }
      one.call("shout", 1);
    });
  }

  /** Connects, calls once and closes, so many times. */
  async drop(speaks: string, total: number, abreast: number): Promise<Effort> {
    this.#dialect = dialectOf(speaks);
    const elapsed = stopwatch();
    await inLanes(abreast, total, async () => {
      const caller = await this.#open();
      await new Promise<void>((resolve) => {
        caller.onHeard = () => resolve();
        caller.call("echo", 1);
      });
      await caller.close();
    });
    return elapsed(total);
  }

  #open(): Promise<Calling> {
    const dialect = this.#dialect!;
    if (this.#way === "webSocket") return Caller.open(this.#port, dialect);
    return RequestCaller.open(this.#port, dialect, this.#way === "events");
  }
}

/** Does something so many times, some of them at the same time. */
async function inLanes(abreast: number, times: number, task: () => Promise<void>): Promise<void> {
  let left = times;
  const lane = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: abreast }, lane));
}
