import { element, writeVisible } from "./dom.js";

const TOPICS = ["Topic", "Subscribers", "Gaps", "Missed"];
const METHODS = ["Method", "Completed", "Failed", "Refused", "Cancelled", "Mean, ms"];

/** What there is above the sockets of the server: topics, calls of hubs, and the engine between. */
export class Above {
  #engine = element("p", { id: "above-engine", className: "note" });
  #topics = element("div", { id: "above-topics" });
  #methods = element("div", { id: "above-methods" });

  constructor(panel) {
    const note = "Of all clients of this process, since it began. Names are as clients sent them.";
    panel.append(
      element("p", { className: "note", textContent: note }),
      this.#engine,
      this.#topics,
      this.#methods,
    );
  }

  show({ topics, methods, engine }) {
    this.#engine.hidden = engine === undefined;
    this.#engine.textContent = `The engine between processes: ${engine}`;
    const topicRows = topics.map((
      [name, topic],
    ) => [name, topic.subscribers, topic.gaps, topic.missed]);
    const methodRows = methods.map(([name, { completed, failed, refused, cancelled, ms }]) => {
      const count = completed + failed + refused + cancelled;
      const named = name === "" ? "(none of the hub's)" : name;
      return [named, completed, failed, refused, cancelled, (ms / count).toFixed(1)];
    });
    fill(this.#topics, TOPICS, topicRows);
    fill(this.#methods, METHODS, methodRows);
  }
}

/** A table, or nothing if it would have no rows. */
function fill(place, heads, rows) {
  place.hidden = rows.length === 0;
  place.replaceChildren(
    element(
      "table",
      { className: "ends counts" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...heads.map((textContent) => element("th", { textContent, scope: "col" })),
        ),
      ),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cellOf)))),
    ),
  );
}

function cellOf(value) {
  const cell = element("td");
  writeVisible(cell, typeof value === "number" ? value.toLocaleString("en") : value);
  return cell;
}
