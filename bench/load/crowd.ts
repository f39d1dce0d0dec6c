import process from "node:process";
import { LoadConnection } from "./connection.ts";
import { batches, CLOSE_FRAME, type MessageShape } from "./frames.ts";

/** What a piece of work came to. */
export interface Effort {
  /** Messages or connections. */
  readonly count: number;
  /** The share of a core that the load generator used: at 1 it is the bottleneck. */
  readonly share: number;
}

/** Starts a stopwatch that is read with a count. */
function stopwatch(): (count: number) => Effort {
  const start = performance.now();
  const usage = process.cpuUsage();
  return (count) => {
    const { user, system } = process.cpuUsage(usage);
    const seconds = (performance.now() - start) / 1000;
    return { count, share: (user + system) / 1e6 / seconds };
  };
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
  async echo(
    { lanes, window, seconds, ...shape }: MessageShape & {
      lanes: number;
      window: number;
      seconds: number;
    },
  ): Promise<Effort> {
    const messages = batches(shape, window);
    let received = 0;
    let inFlight = 0;
    let over = false;
    let landed = () => {};
    const connections = this.#connections.slice(0, lanes);
    const effort = stopwatch();
    for (const connection of connections) {
      connection.messages = messages;
      connection.onMessages = (count) => {
        received += count;
        if (!over) return connection.send(count);
        inFlight -= count;
        if (inFlight === 0) landed();
      };
      inFlight += window;
      connection.send(window);
    }
    await pause(seconds);
    const result = effort(received);
    over = true;
    await new Promise<void>((resolve) => landed = resolve);
    return result;
  }

  /** Opens so many connections, `abreast` at a time: handshake, one echo, closing handshake. */
  async visit(total: number, abreast: number, shape: MessageShape): Promise<Effort> {
    const messages = batches(shape, 1);
    const effort = stopwatch();
    await this.#abreast(total, abreast, async () => {
      const connection = await LoadConnection.open(this.#port);
      connection.messages = messages;
      await new Promise<void>((resolve) => {
        connection.onMessages = () => connection.sendFrame(CLOSE_FRAME);
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
    const [speaker] = this.#connections;
    speaker!.messages = batches(shape, 1);
    let missing = 0;
    let heard = () => {};
    for (const connection of this.#connections) {
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
    return effort(times * each * this.#connections.length);
  }

  async #abreast(total: number, abreast: number, task: () => Promise<void>): Promise<void> {
    let started = 0;
    const lane = async () => {
      while (started++ < total) await task();
    };
    await Promise.all(Array.from({ length: abreast }, lane));
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
