/** Connections whose process is remembered. */
const MOST = 10_000;

/** Which process has a connection, as far as this one has heard: it never moves to another one. */
export class Whereabouts {
  readonly #processes = new Map<string, string>();

  get(id: string): string | undefined {
    return this.#processes.get(id);
  }

  set(id: string, process: string): void {
    this.#processes.delete(id);
    this.#processes.set(id, process);
    if (this.#processes.size > MOST) this.delete(this.#processes.keys().next().value!);
  }

  delete(id: string): void {
    this.#processes.delete(id);
  }

  /** A process has said goodbye: it has no connection any more. */
  leave(process: string): void {
    for (const [id, of] of this.#processes) if (of === process) this.delete(id);
  }
}
