/** Milliseconds between two lots of messages, and how long a lot may take. */
const TICK = 4;
const SLICE = 8;
/** Bytes that may wait in the browser before the generator does. */
const ENOUGH = 4 * 1024 * 1024;

/**
 * Sends many messages at a steady rate: no more at a time than fits between two frames, and none
 * while as many are unanswered as there may be.
 */
export class Generator {
  #run;
  #port;

  /**
   * `port`: now() in milliseconds, soon(task), later(task, ms), send(text), buffered() in bytes,
   * unanswered().
   */
  constructor(port) {
    this.#port = port;
  }

  get running() {
    return this.#run !== undefined && this.#run.why === undefined;
  }

  /** How far it is; undefined before the first start. */
  get progress() {
    if (this.#run === undefined) return undefined;
    const { run, sent, amount, start, end, why, held } = this.#run;
    const seconds = ((end ?? this.#port.now()) - start) / 1000;
    return { run, sent, amount, seconds, rate: sent / Math.max(seconds, 0.001), why, held };
  }

  /**
   * @param amount Messages in all.
   * @param size Bytes of each.
   * @param rate Messages in a second.
   * @param window Messages that may be unanswered at a time; 0 for any number.
   * @param run A number by which its progress is known.
   */
  start({ amount, size, rate, window, run }) {
    const start = this.#port.now();
    const most = window || Infinity;
    this.#run = { run, amount, size, rate, window: most, start, sent: 0, held: false };
    this.#lot(this.#run);
  }

  stop(why) {
    if (this.running) this.#end(why);
  }

  /** Something came back: whoever waited for it goes on. */
  answered() {
    if (this.running && this.#run.held) this.#lot(this.#run, false);
  }

  /** Sends what is due, and comes again unless it is called for an answer. */
  #lot(run, again = true) {
    if (run !== this.#run || !this.running) return;
    const { now, soon, later, send } = this.#port;
    const begun = now();
    const due = Math.min(run.amount, Math.floor((begun - run.start) / 1000 * run.rate) + 1);
    let tired = false;
    while (run.sent < due && !tired && this.#hasRoom(run)) {
      run.sent++;
      send(`${run.sent} `.padEnd(run.size, ".").slice(0, run.size));
      tired = now() - begun >= SLICE;
    }
    if (run.sent === run.amount) return this.#end("Done");
    if (again) tired ? soon(() => this.#lot(run)) : later(() => this.#lot(run), TICK);
  }

  #hasRoom(run) {
    run.held = this.#port.unanswered() >= run.window;
    return !run.held && this.#port.buffered() < ENOUGH;
  }

  #end(why) {
    this.#run.why = why;
    this.#run.end = this.#port.now();
  }
}
