import { quantile } from "../statistics.ts";
import { type ComeBack, comeBack } from "./come_back.ts";
import { LoadConnection } from "./connection.ts";
import { Cycle, type MessageShape } from "./cycle.ts";
import { type Effort, stopwatch } from "./effort.ts";
import { CLOSE_FRAME } from "./frames.ts";
import { openLoop, type Pace } from "./open_loop.ts";

/** Messages that are kept in flight. */
export interface Echo extends MessageShape {
  /** Connections. */
  readonly lanes: number;
  /** Messages in flight on each. */
  readonly window: number;
  readonly seconds: number;
}

/** Messages at a fixed rate. */
export interface Timing extends MessageShape, Pace {
  /** Connections. */
  readonly lanes: number;
}

/** Latencies at a fixed rate, in microseconds. */
export interface Latency extends Effort {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** How late we sent ourselves, the 99th percentile. */
  readonly delay: number;
}

/** The connections that the load generator holds to one server. */
export class Crowd {
  readonly #port: number;
  readonly #connections: LoadConnection[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /** Opens connections, `abreast` at a time, until there are `total`. */
  async grow(total: number, abreast: number): Promise<Effort> {
    const effort = stopwatch();
    const missing = total - this.#connections.length;
    await this.#abreast(missing, abreast, async () => {
      this.#connections.push(await LoadConnection.open(this.#port));
    });
    return effort(missing);
  }

  /**
   * Keeps `window` messages in flight on each of the first connections for so many seconds. One
   * write answers all the messages that one read brought.
   */
  async echo({ lanes, window, seconds, ...shape }: Echo): Promise<Effort> {
    const cycle = new Cycle(shape, window);
    let received = 0;
    let inFlight = 0;
    let over = false;
    let landed = () => {};
    const connections = this.#connections.slice(0, lanes);
    const effort = stopwatch();
    for (const [lane, connection] of connections.entries()) {
      connection.begin(cycle, lane);
      connection.onMessages = (count) => {
        received += count;
        if (!over) return connection.send(count);
        inFlight -= count;
        if (inFlight === 0) landed();
      };
      inFlight += window;
      connection.send(window);
    }
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const result = effort(received);
    over = true;
    await new Promise<void>((resolve) => landed = resolve);
    for (const connection of connections) connection.finish();
    return result;
  }

  /** Sends at a fixed rate on the first connections, and times the echoes. */
  async latency({ lanes, rate, seconds, ...shape }: Timing): Promise<Latency> {
    const effort = stopwatch();
    const connections = this.#connections.slice(0, lanes);
    const times = await openLoop(connections, new Cycle(shape, 1), { rate, seconds });
    const result = effort(times.latencies.length);
    const [latencies, delays] = [times.latencies.sort(), times.delays.sort()];
    return {
      ...result,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      p999: quantile(latencies, 0.999),
      delay: quantile(delays, 0.99),
    };
  }

  /** Opens so many connections, `abreast` at a time: handshake, one echo, closing handshake. */
  async visit(total: number, abreast: number, shape: MessageShape): Promise<Effort> {
    const cycle = new Cycle(shape, 1);
    let visitor = 0;
    const effort = stopwatch();
    await this.#abreast(total, abreast, async () => {
      const connection = await LoadConnection.open(this.#port);
      connection.begin(cycle, visitor++);
      await new Promise<void>((resolve) => {
        connection.onMessages = () => {
          connection.finish();
          connection.sendFrame(CLOSE_FRAME);
        };
        connection.onClose = resolve;
        connection.send(1);
      });
      connection.end();
    });
    return effort(total);
  }

  /**
   * Has the server send to everyone, so many times, one after the other: `each` messages for each of
   * ours.
   */
  async fanOut(times: number, shape: MessageShape, each = 1): Promise<Effort> {
    const cycle = new Cycle(shape, 1, each);
    const [speaker] = this.#connections;
    let missing = 0;
    let heard = () => {};
    for (const connection of this.#connections) {
      connection.begin(cycle);
      connection.onMessages = (count) => {
        missing -= count;
        if (missing === 0) heard();
      };
    }
    const effort = stopwatch();
    for (let time = 0; time < times; time++) {
      missing = each * this.#connections.length;
      const everyone = new Promise<void>((resolve) => heard = resolve);
      speaker!.send(1);
      await everyone;
    }
    const result = effort(times * each * this.#connections.length);
    for (const connection of this.#connections) connection.finish();
    return result;
  }

  /** Has all of them come back to a topic at once. */
  comeBack(what: ComeBack): Promise<Effort> {
    return comeBack(this.#connections, what);
  }

  async #abreast(total: number, abreast: number, task: () => Promise<void>): Promise<void> {
    let started = 0;
    const lane = async () => {
      while (started++ < total) await task();
    };
    await Promise.all(Array.from({ length: abreast }, lane));
  }
}
