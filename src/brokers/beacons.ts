import type { Due, Outgoing } from "./outgoing.ts";

/** Tells others how far this process is, in topics that have gone quiet. */
export class Beacons {
  readonly #outgoing: Outgoing;
  readonly #send: (due: Due) => Promise<unknown>;
  /** Those that the engine has not answered yet. */
  readonly #underWay = new Set<Due>();

  /** `send` hands one to the engine. */
  constructor(outgoing: Outgoing, send: (due: Due) => Promise<unknown>) {
    this.#outgoing = outgoing;
    this.#send = send;
  }

  /**
   * Sends what is due.
   *
   * @param all Whether topics that are not quiet are due, too.
   */
  send(all = false): void {
    for (const due of this.#outgoing.quiet(all)) {
      this.#underWay.add(due);
      this.#send(due).then(() => this.#underWay.delete(due), () => this.#untold(due));
    }
  }

  /**
   * The connection was cut: nobody knows whether others have heard what was under way, so that they are
   * told once more. Some clients never answer for it, neither yes nor no.
   */
  cut(): void {
    for (const due of this.#underWay) this.#untold(due);
  }

  #untold(due: Due): void {
    if (this.#underWay.delete(due)) this.#outgoing.lost(due.topic, due.lost);
  }
}
