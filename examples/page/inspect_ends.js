import { element, write, writeVisible } from "./dom.js";

/** Rows of the table; the oldest go first. */
const MOST = 500;

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** What both ends say, side by side on one axis of time. */
export class Ends {
  #state = element("p", { id: "inspect-state", className: "note", role: "status" });
  #here = element("dd", { id: "inspect-here", textContent: "–" });
  #there = element("dd", { id: "inspect-there", textContent: "–" });
  #traffic = element("p", { id: "inspect-traffic", className: "note" });
  #clock = element("p", { id: "inspect-clock", className: "note" });
  #body = element("tbody", { id: "inspect-rows" });
  #box = element("div", { className: "ends-box", tabIndex: 0, role: "region" });

  constructor(panel) {
    this.#box.ariaLabel = "Both ends, by time";
    const heads = ["Time", "This browser", "The server"].map((textContent) =>
      element("th", { textContent, scope: "col" })
    );
    this.#box.append(
      element(
        "table",
        { className: "ends" },
        element("thead", {}, element("tr", {}, ...heads)),
        this.#body,
      ),
    );
    panel.append(
      this.#state,
      element(
        "dl",
        { className: "glance" },
        element("div", {}, element("dt", { textContent: "This browser" }), this.#here),
        element("div", {}, element("dt", { textContent: "The server" }), this.#there),
      ),
      this.#traffic,
      this.#box,
      this.#clock,
    );
  }

  state(text) {
    write(this.#state, text);
  }

  clock(text) {
    write(this.#clock, text);
  }

  traffic(text) {
    write(this.#traffic, text);
  }

  /** What one end, "here" or "there", says of the connection now, in short. */
  glance(end, text, bad) {
    const cell = end === "here" ? this.#here : this.#there;
    writeVisible(cell, text);
    cell.dataset.level = bad ? "error" : "";
  }

  /** One more row, where its time belongs. */
  add(time, end, text, bad) {
    const cells = [clock.format(time), end === "here" ? text : "", end === "here" ? "" : text];
    const row = element("tr", {}, ...cells.map(cellOf));
    Object.assign(row.dataset, { time, end, level: bad ? "error" : "" });
    const box = this.#box;
    const follows = box.scrollTop + box.clientHeight >= box.scrollHeight - 30;
    let before = this.#body.lastElementChild;
    while (before && Number(before.dataset.time) > time) before = before.previousElementSibling;
    if (before) before.after(row);
    else this.#body.prepend(row);
    if (this.#body.childElementCount > MOST) this.#body.firstElementChild.remove();
    if (follows) box.scrollTop = box.scrollHeight;
  }
}

/** What a server says may come from its clients: nothing in it is hidden. */
function cellOf(text) {
  const cell = element("td");
  writeVisible(cell, text);
  return cell;
}
