import { element, writeVisible } from "./dom.js";

/** A form by which the server itself asks another server, and shows the raw answer. */
export class Probe {
  #url = element("input", {
    id: "probe-url",
    required: true,
    spellcheck: false,
    autocomplete: "off",
  });
  #origin = element("input", { id: "probe-origin", spellcheck: false, autocomplete: "off" });
  #headers = element("textarea", { id: "probe-headers", rows: 2, spellcheck: false });
  #said = element("p", { id: "probe-said", className: "note", role: "status" });
  #answer = element("pre", { id: "probe-answer", role: "region", tabIndex: 0, hidden: true });
  #id = 0;

  /** `ask` sends `{ id, url, headers }`, and tells whether it could. */
  constructor(panel, ask) {
    this.#headers.placeholder = "Cookie: session=1";
    this.#answer.ariaLabel = "The raw answer";
    const field = (text, input) => element("label", { className: "field" }, text, input);
    const form = element(
      "form",
      {},
      field("URL: ws, wss, http or https", this.#url),
      field("Origin (empty: none is sent)", this.#origin),
      field("More headers, one in a line", this.#headers),
      element(
        "p",
        { className: "row" },
        element("button", { type: "submit", textContent: "Ask from the server" }),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const headers = this.#lines();
      const asked = { type: "probe", id: ++this.#id, url: this.#url.value.trim(), headers };
      this.#answer.hidden = true;
      this.#said.textContent = ask(asked) ? "Asking…" : "The channel to the server is not open";
    });
    panel.append(
      element(
        "details",
        { id: "probe" },
        element("summary", { textContent: "Ask a server from there, and see its raw answer" }),
        form,
        this.#said,
        this.#answer,
      ),
    );
  }

  /** What it begins with. */
  prefill(url, origin) {
    this.#url.value = url;
    this.#origin.value = origin;
  }

  /** The answer to a question. */
  answered({ id, head, body, cut, ms, error }) {
    if (id !== this.#id) return;
    const [status = ""] = head?.split("\r\n", 1) ?? [];
    const time = ms === undefined ? "" : ` in ${ms.toFixed(1)} ms`;
    this.#said.textContent = [status && `${status}${time}`, error].filter(Boolean).join(". ");
    this.#answer.hidden = head === undefined;
    const all = `${head ?? ""}${body ?? ""}`.replaceAll("\r\n", "\n");
    writeVisible(this.#answer, all + (cut ? "\n… (cut)" : ""), true);
  }

  #lines() {
    const lines = this.#headers.value.split("\n").map((line) => line.trim()).filter(Boolean);
    const more = lines.map((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return [["Origin", this.#origin.value.trim()], ...more];
  }
}
