/** A proxy on loopback, between a client and an engine, that does as tests say. */
export class TcpProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #target: number;
  readonly #connections = new Set<Deno.Conn>();
  readonly #unanswered: Deno.Conn[] = [];
  readonly #done: Promise<void>;
  /** Milliseconds for which bytes are held, and how many pass in a second. */
  #delay = 0;
  #rate = Infinity;
  /** Whether connections are taken with nobody behind them, or closed as soon as they are there. */
  #silent = false;
  #refusing = false;
  /** Resolves when bytes may pass. */
  #open: PromiseWithResolvers<void> | undefined;

  constructor(target: number) {
    this.#target = target;
    this.#done = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Nothing passes any more, in either direction, and nobody is told. */
  swallow(): void {
    this.#open ??= Promise.withResolvers();
  }

  /** Everything passes again; what was swallowed is gone with its connections. */
  heal(): void {
    this.cut();
    this.#open?.resolve();
    this.#open = undefined;
  }

  /** Connections from now on get no answer, not even later, until it is `false` for the next ones. */
  silence(silent: boolean): void {
    this.#silent = silent;
  }

  /** Connections from now on are closed at once, until it is `false`. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** Closes every connection. */
  cut(): void {
    for (const connection of this.#connections) close(connection);
    this.#connections.clear();
  }

  /** Ends every connection by a reset. */
  reset(): void {
    // With something unread, closing is a reset.
    for (const connection of this.#connections) {
      (connection as Deno.TcpConn).setNoDelay(true);
      connection.write(new Uint8Array(1)).catch(() => {});
    }
    this.cut();
  }

  /** Everything takes so many milliseconds longer. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** So many bytes a second pass, in each direction of each connection. */
  throttle(bytes: number): void {
    this.#rate = bytes;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.#refusing) {
        close(client);
        continue;
      }
      if (this.#silent) {
        this.#unanswered.push(client);
        continue;
      }
      const engine = await Deno.connect({ port: this.#target, hostname: "127.0.0.1" })
        .catch(() => undefined);
      if (engine === undefined) {
        close(client);
        continue;
      }
      this.#connections.add(client).add(engine);
      this.#pump(client, engine);
      this.#pump(engine, client);
    }
  }

  async #pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await from.read(buffer);
        await this.#open?.promise;
        if (count === null) break;
        const wait = this.#delay + 1_000 * count / this.#rate;
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
      }
    } catch {
      // One of them has ended.
    }
    close(from);
    close(to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#unanswered.forEach(close);
    this.heal();
    await this.#done.catch(() => {});
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
