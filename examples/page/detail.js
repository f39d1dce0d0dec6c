import { bytesOf, formatSize } from "./bytes.js";
import { mark, setOff, ui, writeVisible } from "./dom.js";
import { hexDump } from "./hex_dump.js";
import { jsonRoot } from "./json_text.js";
import { DIRECTIONS } from "./parts.js";
import { treeOf } from "./tree.js";
import { beginning } from "./visible.js";

/** Characters, and bytes, that are shown at a time. */
const PAGE = 16 * 1024;
/** Up to this size a message is read as a whole, for its tree and its characters. */
const READ = 4 * 1024 * 1024;

/** The whole of one entry: as text, as a tree, or as bytes. What does not fit is on another page. */
export class Detail {
  #entry;
  #text;
  #root;
  #from = 0;
  /** What the user has chosen, if it can be had of this entry. */
  #wish = "";

  constructor() {
    ui["detail-as"].addEventListener("change", () => {
      this.#wish = ui["detail-as"].value;
      this.#turn(0);
    });
    ui["page-back"].addEventListener("click", () => this.#turn(this.#from - PAGE));
    ui["page-on"].addEventListener("click", () => this.#turn(this.#from + PAGE));
  }

  /** What is shown, as it was sent or received; undefined if it is no message. */
  get message() {
    const { direction, data } = this.#entry ?? {};
    return direction === "in" || direction === "out" ? data : undefined;
  }

  show(entry) {
    this.#entry = entry;
    ui["detail-box"].hidden = entry === undefined;
    if (entry === undefined) return;
    const { direction, type, size, data, detail } = entry;
    this.#text = detail === undefined ? textIn(data) : JSON.stringify(detail);
    this.#root = this.#text?.length <= READ ? jsonRoot(this.#text) : undefined;
    const isMessage = this.message !== undefined;
    ui["detail-title"].textContent = `${DIRECTIONS[direction]}, ${type}` +
      (isMessage ? `, ${formatSize(size)}` : "");
    setOff(!isMessage, ui["save-message"], ui["send-again"]);
    const can = { text: this.#text !== undefined, tree: this.#root !== undefined, hex: isMessage };
    for (const option of ui["detail-as"].options) option.disabled = !can[option.value];
    ui["detail-as"].value = can[this.#wish]
      ? this.#wish
      : can.tree
      ? "tree"
      : can.text
      ? "text"
      : "hex";
    this.#turn(0);
  }

  #turn(from) {
    this.#from = from;
    const view = ui["detail-as"].value;
    const box = ui.detail;
    box.scrollTop = 0;
    const whole = view === "hex" ? bytesOf(this.#entry.data) : this.#text;
    const length = view === "tree" ? 0 : whole.length;
    ui.pages.hidden = length <= PAGE;
    if (view === "tree") box.replaceChildren(treeOf(this.#text, this.#root));
    else if (view === "hex") box.textContent = hexDump(whole, from, from + PAGE);
    else {
      // A character of two units is on one page.
      const start = /[\udc00-\udfff]/.test(whole[from] ?? "") ? Math.max(0, from - 1) : from;
      writeVisible(box, beginning(whole.slice(start), from + PAGE - start).shown, true);
    }
    if (length === 0 && view !== "tree") box.append(mark("nothing: an empty message"));
    const to = Math.min(length, from + PAGE);
    const [first, last, all] = [from + 1, to, length].map((count) => count.toLocaleString("en"));
    ui.place.textContent = `${
      view === "hex" ? "Bytes" : "Characters"
    } ${first} to ${last} of ${all}`;
    setOff(from === 0, ui["page-back"]);
    setOff(to === length, ui["page-on"]);
  }
}

/** The text of a message; undefined if its bytes are none. */
function textIn(data) {
  if (typeof data === "string") return data;
  if (data.length > READ) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}
