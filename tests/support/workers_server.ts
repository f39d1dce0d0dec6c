import { RawClient } from "./raw_client.ts";
import { type Env, TestServer } from "./server.ts";
import { WireClient } from "./wire_client.ts";
import { Workerd } from "./workerd.ts";

/** One workerd for all tests of a file: it takes a second to start. It ends with the process. */
let workerd: Promise<Workerd> | undefined;

let made = 0;

/** What workerd says of clients that break the rules, or leave, and where in its own code that was. */
const OWN = /^(workerd\/server\/server\.c\+\+:\d+: error: |stack: )/;

/**
 * A server under test on workerd: a Durable Object of its own, or with `MODE=handler` a Worker. It
 * learns from a header of each request what it is told at the start.
 */
export class WorkersServer extends TestServer {
  readonly #workerd: Workerd;
  readonly #id = `${++made}`;
  readonly #told: string;
  readonly #listener = {
    line: (line: string) => {
      if (!line.startsWith("{")) return;
      const { server, ...report } = JSON.parse(line);
      if (server === this.#id) this.report(report);
    },
    error: (line: string) => {
      if (OWN.test(line)) return;
      this.errors += `${line}\n`;
      this.wake();
    },
  };

  private constructor(workerd: Workerd, env: Env) {
    super();
    this.#workerd = workerd;
    this.#told = encodeURIComponent(JSON.stringify({ server: this.#id, env }));
    workerd.listeners.add(this.#listener);
  }

  static async start(env: Env = {}): Promise<WorkersServer> {
    return new WorkersServer(await (workerd ??= Workerd.start()), env);
  }

  async connect(path: string, headers: Record<string, string> = {}): Promise<WireClient> {
    const raw = await RawClient.connect(this.#workerd.port);
    return await WireClient.connect(raw, path, { "under-test": this.#told, ...headers });
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("under-test", this.#told);
    return fetch(`http://127.0.0.1:${this.#workerd.port}${path}`, { ...init, headers });
  }

  protected async connections(): Promise<number> {
    return (await (await this.request("/state")).json()).connections;
  }

  shutDown(how: "shutdown" | "signal"): void {
    this.request(`/shut-down/${how}`).then((response) => response.body?.cancel());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#workerd.listeners.delete(this.#listener);
    return Promise.resolve();
  }
}
