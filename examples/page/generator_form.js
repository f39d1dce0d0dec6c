import { setOff, ui, write } from "./dom.js";
import { formatCount } from "./scale.js";

/** The form of the generator, which itself is in the Worker. */
export class GeneratorForm {
  #open = false;
  #running = false;
  /** The number of the last start: what is told of an older one comes too late. */
  #run = 0;

  constructor(order) {
    ui.generator.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#open || this.#running) return;
      order("start", {
        amount: ui.amount.valueAsNumber,
        size: ui.size.valueAsNumber,
        rate: ui.rate.valueAsNumber,
        window: ui.window.valueAsNumber,
        run: ++this.#run,
      });
      this.#switch(true);
    });
    ui.cancel.addEventListener("click", () => order("stop", { why: "Stopped" }));
    this.#switch(false);
  }

  /** Whether there is a connection to send on. */
  opened(open) {
    this.#open = open;
    this.#switch(this.#running && open);
  }

  show(progress) {
    if (progress?.run !== this.#run) return;
    const { sent, amount, seconds, rate, why, held } = progress;
    ui.progress.max = amount;
    ui.progress.value = sent;
    const [count, reached] = [formatCount(sent), formatCount(Math.round(rate))];
    const done = `${count} of ${formatCount(amount)}`;
    write(
      ui["progress-text"],
      why === undefined
        ? `${done}, ${reached}/s${held ? ", waits for answers" : ""}`
        : `${why} after ${done} in ${seconds.toFixed(1)} s, ${reached}/s`,
    );
    this.#switch(why === undefined);
  }

  #switch(running) {
    this.#running = running;
    setOff(running || !this.#open, ui.generate);
    setOff(!running, ui.cancel);
  }
}
