import { bytesOf, formatSize, toHex } from "./bytes.js";

/** Pixels of a row, as in page.css. */
const ROW = 24;
/** What the log keeps at most; older entries go first. */
const MOST_ENTRIES = 100_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Characters of an entry in its row, and in the box below. */
const IN_ROW = 300;
const IN_DETAIL = 64 * 1024;

const DIRECTIONS = { in: "received", out: "sent", event: "event" };

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/**
 * The Communication Log: keeps entries, and shows those in view. Whatever came from the network is
 * shown as text, never as HTML.
 */
export class Log {
  #entries = [];
  #bytes = 0;
  /** Entries that went because there were too many. */
  #lost = 0;
  /** What is shown: entries that pass the filter, up to the moment of the pause. */
  #shown = [];
  #filter = { kind: "", text: "" };
  #hex = false;
  #paused = false;
  #chosen;
  #rows = [];
  #due = false;
  #box;
  #body;
  #detail;
  #count;

  /** Elements: the box that scrolls, the group of rows, the box for one entry, the count. */
  constructor({ box, body, detail, count }) {
    this.#box = box;
    this.#body = body;
    this.#detail = detail;
    this.#count = count;
    box.addEventListener("scroll", () => this.#renderSoon());
    new ResizeObserver(() => this.#renderSoon()).observe(box);
    box.addEventListener("keydown", (event) => this.#key(event));
    body.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=row]");
      if (row) this.#choose(Number(row.dataset.index));
    });
  }

  get length() {
    return this.#entries.length;
  }

  /** Adds an entry; data is a string or a Uint8Array. */
  add(direction, type, data) {
    const size = direction === "event" ? 0 : bytesOf(data).length;
    const entry = { time: Date.now(), direction, type, size, data };
    this.#entries.push(entry);
    this.#bytes += size;
    if (!this.#paused && this.#passes(entry)) this.#shown.push(entry);
    if (this.#entries.length > MOST_ENTRIES || this.#bytes > MOST_BYTES) this.#shrink();
    this.#renderSoon();
  }

  clear() {
    this.#entries = [];
    this.#bytes = this.#lost = 0;
    this.#chosen = undefined;
    this.#detail.value = "";
    this.#refilter();
  }

  filter(kind, text) {
    this.#filter = { kind, text: text.toLowerCase() };
    this.#refilter();
  }

  set hex(hex) {
    this.#hex = hex;
    this.#showDetail();
    this.#renderSoon();
  }

  set paused(paused) {
    this.#paused = paused;
    if (!paused) this.#refilter();
    this.#renderSoon();
  }

  /** What is shown, as lines of text. */
  get text() {
    return this.#shown.map((entry) =>
      [new Date(entry.time).toISOString(), DIRECTIONS[entry.direction], entry.type, entry.size]
        .concat(JSON.stringify(this.#written(entry, Infinity))).join("\t")
    ).join("\n");
  }

  /** What is shown, as JSON; binary data as hex. */
  get json() {
    return JSON.stringify(
      this.#shown.map(({ time, direction, type, size, data }) => ({
        time: new Date(time).toISOString(),
        direction: DIRECTIONS[direction],
        type,
        size,
        ...(typeof data === "string" ? { data } : { hex: toHex(data, Infinity) }),
      })),
      undefined,
      1,
    );
  }

  #passes({ direction, data }) {
    const { kind, text } = this.#filter;
    if (kind !== "" && kind !== direction) return false;
    return text === "" ||
      (typeof data === "string" ? data : toHex(data)).toLowerCase().includes(text);
  }

  #refilter() {
    this.#shown = this.#entries.filter((entry) => this.#passes(entry));
    this.#renderSoon();
  }

  /** Lets the oldest go: a tenth at least, so that it is not done again at once. */
  #shrink() {
    let gone = 0;
    while (
      gone < this.#entries.length - 1 &&
      (gone < this.#entries.length / 10 || this.#bytes > MOST_BYTES)
    ) this.#bytes -= this.#entries[gone++].size;
    this.#lost += gone;
    this.#entries.splice(0, gone);
    if (!this.#paused) this.#refilter();
  }

  #written({ direction, data }, most) {
    const asHex = typeof data !== "string" || (this.#hex && direction !== "event");
    return asHex ? toHex(bytesOf(data), Math.ceil(most / 3)) : data.slice(0, most);
  }

  #renderSoon() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#render();
    });
  }

  #render() {
    const box = this.#box;
    const height = this.#shown.length * ROW;
    const before = parseFloat(this.#body.style.height) || 0;
    // Who looks at the newest goes on doing so.
    const follows = box.scrollTop + box.clientHeight >= before - ROW;
    this.#body.style.height = `${height}px`;
    if (follows && height !== before && !this.#paused) box.scrollTop = box.scrollHeight;

    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 2);
    const visible = Math.ceil(box.clientHeight / ROW) + 4;
    const count = Math.max(0, Math.min(visible, this.#shown.length - first));
    while (this.#rows.length < count) this.#rows.push(this.#newRow());
    while (this.#rows.length > count) this.#rows.pop().remove();
    this.#rows.forEach((row, offset) => this.#fill(row, first + offset));

    box.setAttribute("aria-rowcount", `${this.#shown.length + 1}`);
    const chosen = this.#rows.find((row) => row.ariaSelected === "true");
    if (chosen) box.setAttribute("aria-activedescendant", chosen.id);
    else box.removeAttribute("aria-activedescendant");
    this.#count.textContent = this.#summary();
  }

  #summary() {
    const [all, shown, lost] = [this.#entries.length, this.#shown.length, this.#lost]
      .map((count) => count.toLocaleString("en"));
    if (all === "0") return "No entries";
    return `${shown === all ? all : `${shown} of ${all}`} ${all === "1" ? "entry" : "entries"}` +
      (this.#lost > 0 ? `, ${lost} older ones let go` : "") + (this.#paused ? ", paused" : "");
  }

  #newRow() {
    const row = document.createElement("div");
    row.role = "row";
    for (const name of ["time", "direction", "type", "number", "data"]) {
      const cell = document.createElement("span");
      cell.role = "gridcell";
      cell.className = name;
      row.append(cell);
    }
    this.#body.append(row);
    return row;
  }

  #fill(row, index) {
    const entry = this.#shown[index];
    const { time, direction, type, size } = entry;
    row.id = `row-${index}`;
    row.style.top = `${index * ROW}px`;
    row.ariaRowIndex = `${index + 2}`;
    row.ariaSelected = `${entry === this.#chosen}`;
    Object.assign(row.dataset, { index, direction, type });
    const cells = [
      clock.format(time),
      DIRECTIONS[direction],
      type,
      direction === "event" ? "" : formatSize(size),
      this.#written(entry, IN_ROW),
    ];
    cells.forEach((text, column) => {
      const cell = row.children[column];
      if (cell.textContent !== text) cell.textContent = text;
    });
  }

  #key(event) {
    const page = Math.floor(this.#box.clientHeight / ROW) - 1;
    const last = this.#shown.length - 1;
    const steps = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -page,
      PageDown: page,
      Home: -Infinity,
      End: Infinity,
    };
    if (!(event.key in steps) || last < 0) return;
    event.preventDefault();
    const at = this.#chosen ? this.#shown.indexOf(this.#chosen) : last + 1;
    this.#choose(Math.max(0, Math.min(last, at + steps[event.key])));
  }

  #choose(index) {
    this.#chosen = this.#shown[index];
    const head = this.#body.offsetTop;
    const { clientHeight, scrollTop } = this.#box;
    const top = index * ROW;
    if (top < scrollTop) this.#box.scrollTop = top;
    else if (top + ROW + head > scrollTop + clientHeight) {
      this.#box.scrollTop = top + ROW + head - clientHeight;
    }
    this.#showDetail();
    this.#renderSoon();
  }

  #showDetail() {
    if (this.#chosen) this.#detail.value = this.#written(this.#chosen, IN_DETAIL);
  }
}
