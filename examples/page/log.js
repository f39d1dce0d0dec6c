import { bytesOf, formatSize, toHex } from "./bytes.js";
import { element, mark, setOff, ui, write, writeVisible } from "./dom.js";
import { Entries } from "./entries.js";
import { DIRECTIONS } from "./parts.js";
import { beginning } from "./visible.js";

/** Pixels of a row, as in page.css, and characters of an entry in it. */
const ROW = 24;
const IN_ROW = 300;

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** The view of the log: only the rows that are to be seen exist. */
export class Log {
  entries = new Entries();
  #hex = false;
  #chosen;
  #onChoose;
  #rows = [];
  #due = false;
  /** Whether the newest entry stays in view; if not, the first one in view does. */
  #follows = true;
  #first;
  #height = 0;

  constructor(onChoose) {
    this.#onChoose = onChoose;
    ui.log.addEventListener("scroll", () => {
      const { scrollTop, clientHeight } = ui.log;
      this.#follows = scrollTop + clientHeight >= this.#height - ROW;
      this.#renderSoon();
    });
    new ResizeObserver(() => this.#renderSoon()).observe(ui.log);
    ui.log.addEventListener("keydown", (event) => this.#key(event));
    ui.rows.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=row]");
      if (row) this.choose(Number(row.dataset.index));
    });
  }

  /** Adds an entry: see Entries. */
  add(entry) {
    this.entries.add(entry);
    this.#renderSoon();
  }

  clear() {
    this.entries.clear();
    this.choose(-1);
  }

  filter(kind, text) {
    this.entries.filter(kind, text);
    this.#renderSoon();
  }

  pause(paused) {
    this.entries.pause(paused);
    this.#renderSoon();
  }

  set hex(hex) {
    this.#hex = hex;
    for (const row of this.#rows) row.entry = undefined;
    this.#renderSoon();
  }

  /** Goes to the newest entry, and stays there. */
  follow() {
    this.#follows = true;
    this.#renderSoon();
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
    const { log: box, rows: body } = ui;
    const { shown } = this.entries;
    const height = shown.length * ROW;
    if (height !== this.#height) body.style.height = `${height}px`;
    this.#height = height;
    const before = this.#first && shown.indexOf(this.#first.entry);
    if (this.#follows) box.scrollTop = box.scrollHeight;
    else if (before > 0 && before !== this.#first.index) {
      box.scrollTop += (before - this.#first.index) * ROW;
    }
    const top = Math.floor(box.scrollTop / ROW);
    this.#first = shown[top] && { entry: shown[top], index: top };

    const first = Math.max(0, top - 2);
    const visible = Math.ceil(box.clientHeight / ROW) + 4;
    const count = Math.max(0, Math.min(visible, shown.length - first));
    while (this.#rows.length < count) this.#rows.push(this.#newRow());
    while (this.#rows.length > count) this.#rows.pop().remove();
    this.#rows.forEach((row, offset) => this.#fill(row, first + offset));

    box.setAttribute("aria-rowcount", `${shown.length + 1}`);
    const chosen = this.#rows.find((row) => row.ariaSelected === "true");
    if (chosen) box.setAttribute("aria-activedescendant", chosen.id);
    else box.removeAttribute("aria-activedescendant");
    write(ui.count, this.entries.summary);
    setOff(this.#follows, ui.newest);
  }

  #newRow() {
    const row = element("div", { role: "row" });
    for (const className of ["time", "direction", "type", "number", "data"]) {
      row.append(element("span", { role: "gridcell", className }));
    }
    ui.rows.append(row);
    return row;
  }

  #fill(row, index) {
    const entry = this.entries.shown[index];
    row.ariaSelected = `${entry === this.#chosen}`;
    row.style.top = `${index * ROW}px`;
    row.ariaRowIndex = `${index + 2}`;
    row.dataset.index = index;
    if (row.entry === entry) return;
    row.entry = entry;
    const { id, time, direction, type, size, data, level } = entry;
    row.id = `row-${id}`;
    Object.assign(row.dataset, { direction, type, level: level ?? "" });
    const [at, way, kind, length, cell] = row.children;
    write(at, clock.format(time));
    write(way, DIRECTIONS[direction]);
    write(kind, type);
    write(length, direction === "in" || direction === "out" ? formatSize(size) : "");
    if (typeof data !== "string" || (this.#hex && length.textContent !== "")) {
      cell.textContent = toHex(bytesOf(data), IN_ROW / 3);
      return;
    }
    const { shown, left } = beginning(data, IN_ROW);
    writeVisible(cell, shown);
    if (left > 0) cell.append(mark(` … ${left.toLocaleString("en")} more`));
  }

  #key(event) {
    const page = Math.floor(ui.log.clientHeight / ROW) - 1;
    const { shown } = this.entries;
    const last = shown.length - 1;
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
    const at = this.#chosen ? shown.indexOf(this.#chosen) : last + 1;
    this.choose(Math.max(0, Math.min(last, at + steps[event.key])));
  }

  /** Chooses an entry; from then on it stays in view, whatever comes. */
  choose(index) {
    const { log: box, rows: body } = ui;
    this.#chosen = this.entries.shown[index];
    this.#onChoose(this.#chosen);
    if (this.#chosen) {
      const head = body.offsetTop;
      const top = index * ROW;
      this.#follows = false;
      if (top < box.scrollTop) box.scrollTop = top;
      else if (top + ROW + head > box.scrollTop + box.clientHeight) {
        box.scrollTop = top + ROW + head - box.clientHeight;
      }
    }
    this.#renderSoon();
  }
}
