import { element, ui } from "./dom.js";

/** Tabs beside the log, for modules that bring some. The list is to be seen once there are two. */
export class Tabs {
  #tabs = [];

  constructor() {
    this.#put("log", "Log", ui["panel-log"]);
    ui.tabs.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Adds a tab and returns its panel, which is empty. */
  add({ id, title }) {
    const panel = element("section", { id: `panel-${id}`, className: "card panel", hidden: true });
    this.#tabs.at(-1).panel.after(panel);
    this.#put(id, title, panel);
    ui.tabs.hidden = false;
    return panel;
  }

  show(id) {
    for (const one of this.#tabs) {
      const chosen = one.id === id;
      one.tab.ariaSelected = `${chosen}`;
      one.tab.tabIndex = chosen ? 0 : -1;
      one.panel.hidden = !chosen;
    }
  }

  #put(id, title, panel) {
    const tab = element("button", {
      type: "button",
      id: `tab-${id}`,
      role: "tab",
      textContent: title,
      ariaSelected: `${id === "log"}`,
      tabIndex: id === "log" ? 0 : -1,
    });
    tab.setAttribute("aria-controls", panel.id);
    tab.addEventListener("click", () => this.show(id));
    panel.role = "tabpanel";
    panel.setAttribute("aria-labelledby", tab.id);
    ui.tabs.append(tab);
    this.#tabs.push({ id, tab, panel });
  }

  #key({ key }) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step === undefined) return;
    const at = this.#tabs.findIndex(({ tab }) => tab.ariaSelected === "true");
    const { id, tab } = this.#tabs.at((at + step) % this.#tabs.length);
    this.show(id);
    tab.focus();
  }
}
