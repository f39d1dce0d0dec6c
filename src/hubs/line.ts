import { Queue } from "../base/queue.ts";
import type { HubInvocation } from "./invocation.ts";
import type { Waiting } from "./waiting.ts";

/** The calls of one client that take a place each: so many run at a time, the others wait in order. */
export class Line {
  readonly #run: (call: HubInvocation) => void;
  readonly #waiting: Waiting;
  /** Those that wait, and those that gave up their place and still run: made for the first one. */
  #calls: Queue<HubInvocation> | undefined;
  #placeless: Set<HubInvocation> | undefined;
  /** How many may give up their place. */
  readonly #mostPlaceless: number;
  #places: number;
  #draining = false;

  /** @param run Begins with a call. */
  constructor(
    places: number,
    mostPlaceless: number,
    waiting: Waiting,
    run: (call: HubInvocation) => void,
  ) {
    this.#places = places;
    this.#mostPlaceless = mostPlaceless;
    this.#waiting = waiting;
    this.#run = run;
  }

  /** Begins with a call, or lets it wait. */
  add(call: HubInvocation): void {
    const calls = this.#calls;
    if (this.#places > 0 && (calls === undefined || calls.length === 0)) {
      this.#places--;
      return this.#run(call);
    }
    (this.#calls ??= new Queue()).push(call);
    this.#waiting.add(call.cost);
  }

  /** A call has ended. */
  left(call: HubInvocation): void {
    if (this.#placeless?.delete(call) !== true) this.#free();
  }

  /** A call waits for a client: the next one may begin. */
  waits(call: HubInvocation): void {
    const placeless = this.#placeless ??= new Set();
    if (placeless.has(call) || placeless.size >= this.#mostPlaceless) return;
    placeless.add(call);
    this.#free();
  }

  /** Nobody waits any more. */
  clear(): void {
    for (let call; (call = this.#calls?.shift()) !== undefined;) this.#waiting.remove(call.cost);
  }

  /** In a loop, and not by recursion: many calls are done at once. */
  #free(): void {
    this.#places++;
    if (this.#draining) return;
    this.#draining = true;
    while (this.#places > 0) {
      const call = this.#calls?.shift();
      if (call === undefined) break;
      this.#waiting.remove(call.cost);
      this.#places--;
      this.#run(call);
    }
    this.#draining = false;
  }
}
