import { drawn, write } from "./dom.js";
import { formatCount, formatTick, formatTime, nearest, pointsOf, ticksTo, xOf } from "./scale.js";

/** The box between the axes, in the units of the drawing. */
const [LEFT, TOP, WIDTH, HEIGHT] = [52, 8, 256, 72];
/** Round trips in the line. */
const PLOTTED = 120;

/** Where the pointer is within the box, in its units. */
function within(svg, { clientX }) {
  const { left, width } = svg.getBoundingClientRect();
  return (clientX - left) / width * svg.viewBox.baseVal.width - LEFT;
}

function axes(ticks, format) {
  return ticks.flatMap((tick, _, { length, [length - 1]: most }) => {
    const y = TOP + HEIGHT - tick / most * HEIGHT;
    return [
      drawn("line", { class: "grid", x1: LEFT, x2: LEFT + WIDTH, y1: y, y2: y }),
      drawn("text", { x: LEFT - 4, y: y + 3, "text-anchor": "end" }, format(tick)),
    ];
  });
}

function foot(left, right) {
  const y = TOP + HEIGHT + 14;
  return [
    drawn("text", { x: LEFT, y }, left),
    drawn("text", { x: LEFT + WIDTH, y, "text-anchor": "end" }, right),
  ];
}

/** The last round trips, one after the other. */
export class Line {
  #svg;
  #value;
  #times = [];
  #pointer;

  constructor(svg, value) {
    this.#svg = svg;
    this.#value = value;
    svg.addEventListener("pointermove", (event) => this.#point(event));
    svg.addEventListener("pointerleave", () => this.#point(undefined));
  }

  show(times) {
    this.#times = [...times.slice(-PLOTTED)];
    const ticks = ticksTo(Math.max(0, ...this.#times));
    const top = ticks.at(-1);
    const box = { width: WIDTH, height: HEIGHT, room: PLOTTED, top };
    const points = pointsOf(this.#times, box);
    const group = drawn("g", { transform: `translate(${LEFT} ${TOP})` });
    group.append(drawn("polyline", { id: "plot-line", points }));
    this.#svg.replaceChildren(
      ...axes(ticks, formatTick),
      ...foot(`${PLOTTED} messages ago`, "the last"),
      group,
    );
    if (this.#pointer) this.#point(this.#pointer);
    const { length } = this.#times;
    this.#svg.ariaLabel = length === 0
      ? "Round-trip times: none yet"
      : `The last ${length} round-trip times, up to ${formatTime(Math.max(...this.#times))}`;
  }

  #point(event) {
    this.#pointer = event;
    this.#svg.querySelector("circle")?.remove();
    const { length } = this.#times;
    const room = { width: WIDTH, room: PLOTTED };
    const index = event ? nearest(within(this.#svg, event), length, room) : -1;
    if (index === -1) return write(this.#value, "");
    const time = this.#times[index];
    const top = ticksTo(Math.max(...this.#times)).at(-1);
    const place = { cx: LEFT + xOf(index, length, room), cy: TOP + HEIGHT - time / top * HEIGHT };
    this.#svg.append(drawn("circle", { ...place, r: 3 }));
    const ago = length - 1 - index;
    write(this.#value, `${formatTime(time)}, ${ago === 0 ? "the last" : `${ago} before the last`}`);
  }
}

/** How many round trips took how long. */
export class Bars {
  #svg;
  #value;
  #bins = [];
  #all = 0;

  constructor(svg, value) {
    this.#svg = svg;
    this.#value = value;
    svg.addEventListener("pointermove", (event) => this.#point(within(svg, event)));
    svg.addEventListener("pointerleave", () => this.#point(-1));
  }

  show(bins, all) {
    this.#bins = bins;
    this.#all = all;
    const ticks = ticksTo(Math.max(0, ...bins.map(({ count }) => count)), 1);
    const top = ticks.at(-1);
    const width = WIDTH / Math.max(1, bins.length);
    const rects = bins.map(({ count }, index) => {
      const height = count / top * HEIGHT;
      const x = LEFT + index * width;
      return drawn("rect", { x, y: TOP + HEIGHT - height, width: width * 0.9, height });
    });
    const ends = bins.length === 0
      ? []
      : foot(formatTime(bins[0].from), formatTime(bins.at(-1).to));
    this.#svg.replaceChildren(...axes(ticks, formatCount), ...ends, ...rects);
    const [most] = bins.toSorted((a, b) => b.count - a.count);
    this.#svg.ariaLabel = most === undefined
      ? "Histogram of round-trip times: none yet"
      : `Histogram of ${formatCount(all)} round-trip times, most of them ${inWords(most)}`;
  }

  #point(x) {
    const bin = x < 0 ? undefined : this.#bins[Math.floor(x / WIDTH * this.#bins.length)];
    if (bin === undefined) return write(this.#value, "");
    const share = (bin.count / this.#all * 100).toFixed(bin.count === this.#all ? 0 : 1);
    write(this.#value, `${inWords(bin)}: ${formatCount(bin.count)} (${share} %)`);
  }
}

function inWords({ from, to }) {
  return `from ${formatTime(from)} to ${formatTime(to)}`;
}
