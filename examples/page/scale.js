/** A round number, 1, 2 or 5 times a power of ten, that is not below another. */
export function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  const step = [1, 2, 5, 10].find((step) => step * power >= number * (1 - 1e-9));
  return Number((step * power).toPrecision(6));
}

/** From 0 to `most` or a bit above, in a few round steps of `least` at least. */
export function ticksTo(most, least = 0) {
  const top = most > 0 ? most : 1;
  const step = Math.max(least, roundUp(top / 4));
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

/** 0.15 ms, 1.5 ms, 15 ms, 1.50 s. */
export function formatTime(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

/** A round time at an axis: 0.5 ms, 20 ms, 1 s. */
export function formatTick(ms) {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

/** A number as people write it. */
export function formatCount(count) {
  return count.toLocaleString("en");
}

/**
 * The points of a line in a box, as an SVG wants them: the last value at the right edge.
 *
 * @param room How many values have room from the left to the right.
 * @param top The value at the upper edge.
 */
export function pointsOf(values, { width, height, room, top }) {
  return values.map((value, index) => {
    const x = xOf(index, values.length, { width, room });
    return `${x.toFixed(1)},${(height - value / top * height).toFixed(1)}`;
  }).join(" ");
}

/** Where a value stands. */
export function xOf(index, length, { width, room }) {
  return width - (length - 1 - index) * width / Math.max(1, room - 1);
}

/** Which value stands nearest to a place; -1 if there is none. */
export function nearest(x, length, { width, room }) {
  const step = width / Math.max(1, room - 1);
  const index = Math.round(length - 1 - (width - x) / step);
  return length === 0 ? -1 : Math.max(0, Math.min(length - 1, index));
}
