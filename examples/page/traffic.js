import { Bars, Line } from "./charts.js";
import { formatSize } from "./bytes.js";
import { ui, write } from "./dom.js";
import { histogram } from "./histogram.js";
import { formatCount, formatTime } from "./scale.js";

/** The figures and the two drawings. */
export class Traffic {
  #line = new Line(ui.plot, ui["plot-value"]);
  #bars = new Bars(ui.bars, ui["bars-value"]);

  show({ traffic, rates, figures, times, forgotten }) {
    write(ui.sent, formatCount(traffic.sent));
    write(ui.received, formatCount(traffic.received));
    write(ui["sent-bytes"], formatSize(traffic.sentBytes));
    write(ui["received-bytes"], formatSize(traffic.receivedBytes));
    write(ui["sent-rate"], `${formatCount(rates.sent)}/s`);
    write(ui["received-rate"], `${formatCount(rates.received)}/s`);
    // Figures do not come with every batch.
    if (times === undefined) return;
    for (const name of ["last", "p50", "p95", "p99"]) {
      write(ui[name], figures ? formatTime(figures[name]) : "–");
    }
    const of = figures ? `of the last ${formatCount(figures.count)} round trips` : "none yet";
    write(
      ui.basis,
      of + (forgotten > 0 ? `; ${formatCount(forgotten)} unanswered ones given up` : ""),
    );
    this.#line.show(times);
    this.#bars.show(histogram(times), times.length);
  }
}
