import type { Client } from "./client.ts";
import { PATIENCE } from "./within.ts";

/** Milliseconds in which a server has let go of what has ended. */
const SETTLED = 6_000;

/** One report of a server under test. */
export type Report = Readonly<Record<string, unknown>>;

/** What a server under test is told at the start. */
export type Env = Readonly<Record<string, string>>;

/** A server under test, which says what happens: in a process of its own, or in memory. */
export abstract class TestServer implements AsyncDisposable {
  /** Everything reported so far. */
  readonly reports: Report[] = [];
  /** Everything written to standard error so far. */
  errors = "";
  readonly #listeners = new Set<() => void>();

  /** What was reported with all of these values. */
  all(expected: Report): Report[] {
    return this.reports.filter((report) =>
      Object.entries(expected).every(([key, value]) => report[key] === value)
    );
  }

  /** Waits for the nth report with all of these values. */
  until(expected: Report, count = 1): Promise<Report> {
    return this.#until(
      () => this.all(expected)[count - 1],
      `report ${count} of ${JSON.stringify(expected)}`,
    );
  }

  /** Waits for something on standard error. */
  async untilError(expected: RegExp): Promise<void> {
    await this.#until(() => expected.test(this.errors) || undefined, `${expected}`);
  }

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

  protected report(report: Report): void {
    this.reports.push(report);
    this.wake();
  }

  protected wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Waits until `find` finds something, looking again whenever the server says something. */
  async #until<T>(find: () => T | undefined, wanted: string): Promise<T> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const left = end - Date.now();
      if (left <= 0) {
        const reports = this.reports.map((report) => JSON.stringify(report)).join("\n");
        throw new Error(`expected ${wanted}, got:\n${reports}\n${this.errors}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      let look = () => {};
      await new Promise<void>((resolve) => {
        look = resolve;
        this.#listeners.add(look);
        timer = setTimeout(look, left);
      });
      this.#listeners.delete(look);
      clearTimeout(timer);
    }
  }
}
