import type { Socket } from "node:net";

/** How connections end: by a FIN, as of a proxy that stops, or by a RST, as of one that is gone. */
export type Cut = "fin" | "rst";

/** A connection through a proxy: the client's half and the server's. */
export class ProxiedPair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #life: number;
  readonly #delay: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stalled = false;
  /** What was held so far has been written, by direction. */
  readonly #held = new Map<Socket, Promise<void>>();

  /**
   * @param life Milliseconds from the first bytes of the server to the end of both.
   * @param delay Milliseconds that bytes are held, at the time.
   */
  constructor(client: Socket, server: Socket, life: number, delay: () => number) {
    this.#client = client;
    this.#server = server;
    this.#life = life;
    this.#delay = delay;
  }

  /** Begins to carry: the client has sent this so far. */
  start(first: Uint8Array): void {
    this.#server.setNoDelay(true);
    this.#server.on("error", () => this.end("rst"));
    this.#client.on("error", () => this.end("rst"));
    this.#server.on("close", () => this.#client.destroy());
    this.#client.on("close", () => this.#server.destroy());
    if (this.#life !== Infinity) {
      this.#server.once("data", () => {
        this.#timer = setTimeout(() => this.end("rst"), this.#life);
      });
    }
    this.#carry(this.#client, this.#server);
    this.#carry(this.#server, this.#client);
    this.#write(this.#server, first);
    this.#client.resume();
  }

  /** Ends both halves. */
  end(how: Cut): void {
    clearTimeout(this.#timer);
    for (const socket of [this.#client, this.#server]) {
      if (how === "rst") socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  /** Nothing is read, and so nothing passes. */
  stall(): void {
    this.#stalled = true;
    this.#client.pause();
    this.#server.pause();
  }

  goOn(): void {
    this.#stalled = false;
    this.#client.resume();
    this.#server.resume();
  }

  #carry(from: Socket, to: Socket): void {
    from.on("data", (bytes: Uint8Array) => {
      if (!this.#write(to, bytes)) from.pause();
    });
    to.on("drain", () => this.#stalled || from.resume());
    from.on("end", () => this.#inOrder(to, () => to.end()));
  }

  /** Says whether more may be read. */
  #write(to: Socket, bytes: Uint8Array): boolean {
    if (this.#delay() === 0 && !this.#held.has(to)) return to.write(bytes);
    this.#inOrder(to, () => to.write(bytes));
    return true;
  }

  /** Does something when it is due, and what was to be done before is done. */
  #inOrder(to: Socket, task: () => void): void {
    const due = Date.now() + this.#delay();
    const held = (this.#held.get(to) ?? Promise.resolve()).then(async () => {
      const left = due - Date.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      if (this.#held.get(to) === held) this.#held.delete(to);
      if (to.writable) task();
    });
    this.#held.set(to, held);
  }
}
