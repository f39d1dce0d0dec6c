/** Milliseconds between two lots of messages. */
const TICK = 50;
/** Bytes that may wait in the browser before the generator does. */
const ENOUGH = 4 * 1024 * 1024;

/** Sends many messages at a steady rate. */
export class Generator {
  #timer;
  #done;

  get running() {
    return this.#timer !== undefined;
  }

  /**
   * Starts. `send` takes a message, `waiting` tells how many bytes wait, `progress` hears how many
   * were sent, `done` how it ended.
   */
  start({ amount, size, rate }, { send, waiting, progress, done }) {
    const start = performance.now();
    let sent = 0;
    this.#done = (why) => {
      clearInterval(this.#timer);
      this.#timer = undefined;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const count = `${sent.toLocaleString("en")} of ${amount.toLocaleString("en")}`;
      done(`${why} after ${count} in ${seconds} s`);
    };
    const tick = () => {
      const due = Math.min(amount, Math.ceil((performance.now() - start) / 1000 * rate));
      while (sent < due && waiting() < ENOUGH) {
        sent++;
        send(`${sent} `.padEnd(size, ".").slice(0, size));
      }
      progress(sent, amount);
      if (sent === amount) this.#done("Done");
    };
    this.#timer = setInterval(tick, TICK);
    tick();
  }

  /** Stops, if it runs. */
  stop(why) {
    if (this.running) this.#done(why);
  }
}
