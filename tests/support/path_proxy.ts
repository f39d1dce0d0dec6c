/**
 * A proxy on loopback that can stop what passes on WebSockets of one path, while everything else of
 * the same page goes on: a network that is stuck, for a client that cannot be.
 */
export class PathProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  readonly #target: number;
  readonly #begin: string;
  readonly #connections = new Set<Deno.Conn>();
  readonly #done: Promise<void>;
  /** Resolves when bytes may pass again. */
  #thawed: PromiseWithResolvers<void> | undefined;
  #down: PromiseWithResolvers<void> | undefined;

  constructor(target: number, path: string) {
    this.#target = target;
    this.#begin = `GET ${path} `;
    this.#done = this.#accept().catch(() => {});
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** From now on nothing passes; `"down"`: nothing from the server to the client. */
  freeze(which: "both" | "down"): void {
    this.#down ??= Promise.withResolvers();
    if (which === "both") this.#thawed ??= Promise.withResolvers();
  }

  /** Everything passes again, with what has waited. */
  thaw(): void {
    this.#down?.resolve();
    this.#thawed?.resolve();
    this.#down = this.#thawed = undefined;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#serve(client).catch(() => close(client));
  }

  async #serve(client: Deno.Conn): Promise<void> {
    this.#connections.add(client);
    const first = new Uint8Array(65_536);
    const count = await client.read(first);
    if (count === null) return close(client);
    const chosen = new TextDecoder().decode(first.subarray(0, count)).startsWith(this.#begin);
    const server = await Deno.connect({ port: this.#target, hostname: "127.0.0.1" });
    this.#connections.add(server);
    await write(server, first.subarray(0, count));
    this.#pump(client, server, () => chosen ? this.#thawed : undefined);
    this.#pump(server, client, () => chosen ? this.#down : undefined);
  }

  async #pump(
    from: Deno.Conn,
    to: Deno.Conn,
    frozen: () => PromiseWithResolvers<void> | undefined,
  ): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await from.read(buffer);
        await frozen()?.promise;
        if (count === null) break;
        await write(to, buffer.subarray(0, count));
      }
    } catch {
      // One of them has ended.
    }
    close(from);
    close(to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    this.#listener.close();
    this.#connections.forEach(close);
    await this.#done;
  }
}

async function write(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
