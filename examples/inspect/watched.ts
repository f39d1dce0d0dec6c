import type { Connection } from "edgesocket";
import { now } from "./diagnostics.ts";
import type { Answer, Told } from "./message.ts";

/** Things told of one connection between two looks; more are counted. */
const MOST = 100;

/** Where a connection's page is told of it. */
type Tell = (answer: Answer) => void;

/** What is told of the connection that a page has, until it has ended. */
export class Watched {
  readonly #id: number;
  readonly #find: () => Connection | undefined;
  readonly #tell: Tell;
  readonly #received: [number, number] = [0, 0];
  readonly #sent: [number, number] = [0, 0];
  #counted = false;
  #told = 0;
  /** Whether it is known that bytes wait, and will be known when they have gone. */
  #waiting = false;

  /** `find` knows the connection if its route is `inspected`, as soon as it is open. */
  constructor(id: number, find: () => Connection | undefined, tell: Tell) {
    this.#id = id;
    this.#find = find;
    this.#tell = tell;
  }

  get #connection(): Connection | undefined {
    return this.#find();
  }

  /** A message went over it. They are counted, not told one by one: that would double them. */
  count(direction: "received" | "sent", size: number): void {
    const counts = direction === "received" ? this.#received : this.#sent;
    counts[0]++;
    counts[1] += size;
    this.#counted = true;
  }

  /** Something else was told of it. */
  hear(told: Told): void {
    const { event } = told;
    if (event === "close") this.look();
    if (this.#told++ < MOST || event === "close") this.#say(told);
    if (event === "ping") this.#awaitPong();
    if (event === "backpressure") this.#awaitDrain(told.at);
  }

  /** Tells what has come together since the last look. */
  look(): void {
    const { bufferedAmount = 0 } = this.#connection ?? {};
    if (this.#waiting && bufferedAmount > 0) {
      this.#say({ at: now(), event: "buffered", bufferedAmount });
    }
    if (this.#told > MOST) this.#say({ at: now(), event: "more", count: this.#told - MOST });
    this.#told = 0;
    if (!this.#counted) return;
    this.#counted = false;
    const [received, sent] = [[...this.#received], [...this.#sent]] as [Counts, Counts];
    this.#tell({ type: "traffic", id: this.#id, received, sent });
  }

  /** Pings the client, for the page. */
  async ping(): Promise<void> {
    try {
      if (this.#connection === undefined) throw new Error("the route's events are not inspected");
      const ms = await this.#connection.ping();
      this.#tell({ type: "pong", id: this.#id, ms });
    } catch (error) {
      this.#tell({ type: "pong", id: this.#id, error: (error as Error).message });
    }
  }

  /** A ping of the server has gone out: one more beside it says how long its pong takes. */
  #awaitPong(): void {
    this.#connection?.ping().then(
      (ms) => this.#say({ at: now(), event: "pong", ms }),
      () => {}, // It has ended first, and that is told.
    );
  }

  /** Tells when nothing waits any more, once for all that began to wait meanwhile. */
  #awaitDrain(since: number): void {
    if (this.#waiting || this.#connection === undefined) return;
    this.#waiting = true;
    this.#connection.drained().then(() => {
      this.#waiting = false;
      const at = now();
      if (this.#connection?.readyState === 1) this.#say({ at, event: "drained", ms: at - since });
    });
  }

  #say(told: Told): void {
    this.#tell({ type: "told", id: this.#id, told: [told] });
  }
}

type Counts = readonly [number, number];
