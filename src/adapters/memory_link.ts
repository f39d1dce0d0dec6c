import { Queue } from "../base/queue.ts";
import { later } from "./real_time.ts";

/**
 * What is on its way between clients and servers in memory, in the order in which it was sent. Each
 * task arrives in a turn of the event loop of its own, as what comes over a network does.
 */
export class MemoryLink {
  readonly #underWay = new Queue<() => void>();

  /** Sends a task on its way. */
  send(task: () => void): void {
    this.#underWay.push(task);
    later(() => this.arrive());
  }

  /** Lets the next task arrive now; `false` if there is none. */
  arrive(): boolean {
    const task = this.#underWay.shift();
    task?.();
    return task !== undefined;
  }
}
