/** Rows of the table; the oldest go first. */
const MOST = 500;

const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/** An element with its properties and children. Text stays text. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** What both ends say, side by side on one axis of time. */
export class Ends {
  #state = make("p", { id: "inspect-state", className: "note", role: "status" });
  #here = make("dd", { id: "inspect-here", textContent: "–" });
  #there = make("dd", { id: "inspect-there", textContent: "–" });
  #traffic = make("p", { id: "inspect-traffic", className: "note" });
  #body = make("tbody", { id: "inspect-rows" });
  #box = make("div", { className: "ends-box", tabIndex: 0, role: "region" });

  constructor(panel) {
    this.#box.ariaLabel = "Both ends, by time";
    const heads = ["Time", "This browser", "The server"].map((textContent) =>
      make("th", { textContent, scope: "col" })
    );
    this.#box.append(
      make("table", { className: "ends" }, make("thead", {}, make("tr", {}, ...heads)), this.#body),
    );
    panel.append(
      this.#state,
      make(
        "dl",
        { className: "glance" },
        make("div", {}, make("dt", { textContent: "This browser" }), this.#here),
        make("div", {}, make("dt", { textContent: "The server" }), this.#there),
      ),
      this.#traffic,
      this.#box,
    );
  }

  state(text) {
    this.#state.textContent = text;
  }

  traffic(text) {
    this.#traffic.textContent = text;
  }

  /** What one end, "here" or "there", says of the connection now, in short. */
  glance(end, text, bad) {
    const cell = end === "here" ? this.#here : this.#there;
    cell.textContent = text;
    cell.dataset.level = bad ? "error" : "";
  }

  /** One more row, where its time belongs. */
  add(time, end, text, bad) {
    const cells = [clock.format(time), end === "here" ? text : "", end === "here" ? "" : text];
    const row = make("tr", {}, ...cells.map((textContent) => make("td", { textContent })));
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
