import type { Client } from "./client.ts";
import { Reports } from "./reports.ts";

export type { Report } from "./reports.ts";

/** Milliseconds in which a server has let go of what has ended. */
const SETTLED = 6_000;

/** What a server under test is told at the start. */
export type Env = Readonly<Record<string, string>>;

/** A server under test, which says what happens: in a process of its own, or in memory. */
export abstract class TestServer extends Reports implements AsyncDisposable {
  /**
   * Waits until the server counts `count` connections, but for less time than it holds the place of
   * one that is lost without a reason.
   */
  async settled(count = 0): Promise<void> {
    const end = Date.now() + SETTLED;
    for (;;) {
      const connections = await this.connections();
      if (connections === count) return;
      if (Date.now() > end) throw new Error(`expected ${count} connections, got ${connections}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Shakes hands; throws unless the answer is 101. */
  async open(path: string, headers: Record<string, string> = {}): Promise<Client> {
    const client = await this.connect(path, headers);
    if (client.status !== 101) throw new Error(`expected 101, got ${client.status}`);
    return client;
  }

  /** How many connections the server counts. */
  protected abstract connections(): Promise<number>;

  /** Shakes hands, whatever the answer; `headers` replace and add, `""` removes. */
  abstract connect(path: string, headers?: Record<string, string>): Promise<Client>;

  /** Sends a request that is no opening handshake. */
  abstract request(path: string, init?: RequestInit): Promise<Response>;

  /**
   * Begins to shut down, by `shutdown()` or by the server's `signal`: `shutdown` or `finished` is
   * reported when that is done.
   */
  abstract shutDown(how: "shutdown" | "signal"): void;

  abstract [Symbol.asyncDispose](): Promise<void>;
}
