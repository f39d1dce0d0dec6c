import type { Clock } from "../base/clock.ts";
import { Deferred } from "../base/deferred.ts";
import { Queue } from "../base/queue.ts";
import type { Limits } from "../connection/limits.ts";
import { type Holder, MARK, type MemoryBudget } from "../connection/memory_budget.ts";

/** The part of a server that a delivery needs. */
export interface DeliveryServer {
  readonly clock: Clock;
  readonly budget: MemoryBudget;
}

/** The part of the limits of a connection that it needs: bytes and milliseconds. */
export type DeliveryLimits = Pick<Limits, "maxBackpressure" | "backpressureTimeout">;

/** What waits for a client until a response takes it along. */
export class Delivery implements Holder {
  held = 0;
  freeable = 0;
  readonly #server: DeliveryServer;
  readonly #limits: DeliveryLimits;
  readonly #tooMuch: () => void;
  readonly #queue: Queue<Uint8Array<ArrayBuffer>> = new Queue();
  #size = 0;
  #over = false;
  /** When something was last taken, or the first piece began to wait. */
  #progressAt = 0;
  #more: Deferred<void> | undefined;
  #drained: Deferred<void> | undefined;

  /** @param tooMuch Called when so much waits that the client has to go. */
  constructor(server: DeliveryServer, limits: DeliveryLimits, tooMuch: () => void) {
    this.#server = server;
    this.#limits = limits;
    this.#tooMuch = tooMuch;
  }

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a piece. One that is larger than the limit is let through if not too much waits before it. */
  add(piece: Uint8Array<ArrayBuffer>): void {
    if (this.#over) return;
    if (this.#size > this.#limits.maxBackpressure) return this.#tooMuch();
    if (this.#size === 0) this.#progressAt = this.#server.clock.now();
    this.#queue.push(piece);
    this.#resize(this.#size + piece.length);
    this.#tell();
  }

  /**
   * Takes pieces as a whole, so many bytes together at most, but one at the least.
   *
   * @returns `undefined` if nothing waits.
   */
  take(most: number): Uint8Array<ArrayBuffer> | undefined {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (size > 0 && size + next.length > most) break;
      size += next.length;
      pieces.push(next);
      this.#queue.shift();
    }
    if (size === 0) return undefined;
    this.#progressAt = this.#server.clock.now();
    this.#resize(this.#size - size);
    const whole = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** Resolves as soon as something waits, or when nothing comes any more. */
  more(): Promise<void> {
    if (this.#size > 0 || this.#over) return Promise.resolve();
    return (this.#more ??= new Deferred()).promise;
  }

  /** Resolves once nothing waits. */
  drained(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return (this.#drained ??= new Deferred()).promise;
  }

  /** Whether much waits and none of it has been taken for long. */
  stuck(now: number): boolean {
    // A little that waits does no harm, unless there is no room left for anybody.
    const much = this.#server.budget.exhausted ? 0 : MARK;
    return this.#size > much && now - this.#progressAt >= this.#limits.backpressureTimeout;
  }

  /** Nothing comes any more; what waits can still be taken. */
  end(): void {
    this.#over = true;
    this.#resize(this.#size);
    this.#tell();
  }

  /** Throws away what waits. */
  clear(): void {
    this.#queue.clear();
    this.#resize(0);
  }

  evict(): void {
    if (this.#over) this.clear();
    else this.#tooMuch();
  }

  #tell(): void {
    this.#more?.resolve();
    this.#more = undefined;
  }

  #resize(size: number): void {
    this.#size = size;
    this.#server.budget.update(this, size, size, this.#over);
    if (this.#size > 0) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
