import { Bun, type BunSocket } from "../bun.ts";

/** What is published: as long as a message of ours with what is around it. */
const TEXT = "x".repeat(100);
const CHANNEL = "bench:flood";
const COMMAND = new TextEncoder().encode(`PUBLISH ${CHANNEL} ${TEXT}\r\n`);

/** What a subscriber hears of it. */
const HEARD =
  `*3\r\n$7\r\nmessage\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n$${TEXT.length}\r\n${TEXT}\r\n`;

/** Messages in one write at the most. */
const MOST = 64;

/** What was said and heard so far, of the engine alone. */
export interface Flooded {
  readonly said: number;
  /** By all subscribers together. */
  readonly heard: number;
  /** Milliseconds, since whenever. */
  readonly clock: number;
}

/** Redis with nobody behind it: what a message costs the engine itself, and each that it goes to. */
export class Flood {
  #said = 0;
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Connects so many, and publishes so many messages a second, in turns of a millisecond or more. */
  async start(port: number, subscribers: number, rate: number): Promise<void> {
    for (let each = 0; each < subscribers; each++) {
      const socket = await open(port, (bytes) => this.#bytes += bytes);
      socket.write(`SUBSCRIBE ${CHANNEL}\r\n`);
    }
    // What they are answered is no message.
    await new Promise((resolve) => setTimeout(resolve, 100));
    this.#bytes = 0;
    const publisher = await open(port, () => {});
    const frames = new Uint8Array(MOST * COMMAND.length);
    for (let each = 0; each < MOST; each++) frames.set(COMMAND, each * COMMAND.length);
    let [due, rest] = [performance.now(), 0];
    const look = () => {
      let owed = Math.floor((performance.now() - due) * rate / 1e3);
      due += owed * 1e3 / rate;
      for (; owed > 0 && rest === 0; owed -= Math.min(owed, MOST)) {
        const count = Math.min(owed, MOST);
        const bytes = frames.subarray(0, count * COMMAND.length);
        rest = bytes.length - Math.max(0, publisher.write(bytes));
        this.#said += count;
      }
      // The rest of one that was cut off; what would have been due meanwhile is not said.
      if (rest > 0) rest -= Math.max(0, publisher.write(frames.subarray(frames.length - rest)));
      this.#timer = setTimeout(look, 1);
    };
    look();
  }

  /** Says nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** How it stands. */
  told(): Flooded {
    return { said: this.#said, heard: this.#bytes / HEARD.length, clock: performance.now() };
  }
}

function open(port: number, count: (bytes: number) => void): Promise<BunSocket<undefined>> {
  return new Promise((resolve, reject) => {
    const socket = {
      open: resolve,
      data: (_: unknown, chunk: Uint8Array) => count(chunk.length),
      drain: () => {},
      close: () => {},
      connectError: (_: unknown, error: Error) => reject(error),
    };
    Bun.connect({ hostname: "127.0.0.1", port, data: undefined, socket }).catch(reject);
  });
}
