import { parseHex } from "./bytes.js";
import { element, say, setOff, ui } from "./dom.js";
import { beginning, piecesOf } from "./visible.js";

/** Messages that can be chosen again, their characters at most, and those in the list. */
const MOST = 50;
const LONGEST = 64 * 1024;
const IN_LIST = 60;

/** Where messages are written: as a text of any number of lines, as bytes in hex, or as a file. */
export class Composer {
  #send;
  #open = false;
  #last;
  /** What was sent, the newest first: `{ format, text }`. */
  #history = [];

  constructor(send) {
    this.#send = send;
    for (const radio of ui.sending.elements.format) {
      radio.addEventListener("change", () => this.sync());
    }
    ui.message.addEventListener("input", () => ui.message.setCustomValidity(""));
    ui.file.addEventListener("input", () => ui.file.setCustomValidity(""));
    ui.sending.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    ui.message.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      ui.sending.requestSubmit();
    });
    ui.repeat.addEventListener("click", () => this.send(this.#last));
    ui.history.addEventListener("change", () => this.#recall(this.#history[ui.history.value]));
    this.sync();
    this.opened(false);
  }

  /** Shows the fields of the chosen format, which a browser may have brought back after a reload. */
  sync() {
    const format = this.#format;
    ui["message-field"].hidden = format === "file";
    ui["file-field"].hidden = format !== "file";
    ui["message-label"].textContent = format === "hex" ? "Bytes in hex, such as 00 01 ff" : "Text";
    ui.message.setCustomValidity("");
  }

  /** Whether there is a connection to send on. */
  opened(open) {
    this.#open = open;
    setOff(!open, ui.send);
    setOff(!open || this.#last === undefined, ui.repeat);
  }

  /** Sends a message and keeps it, so that it can be sent again. */
  send(message) {
    if (!this.#open) return say("Not sent: there is no open connection");
    this.#send(message);
    this.#last = message;
    this.opened(true);
  }

  get #format() {
    return ui.sending.elements.format.value;
  }

  async #submit() {
    const [format, text] = [this.#format, ui.message.value];
    const message = await this.#composed(format, text);
    if (message === undefined || !this.#open) return;
    this.send(message);
    if (format !== "file") this.#keep({ format, text });
    if (document.activeElement === ui.message) ui.message.select();
  }

  /** What the form holds, or nothing, and then the form says why. */
  async #composed(format, text) {
    if (format === "text") return text;
    if (format === "file") {
      const [file] = ui.file.files;
      ui.file.setCustomValidity(file ? "" : "Choose a file first.");
      return ui.file.reportValidity() ? new Uint8Array(await file.arrayBuffer()) : undefined;
    }
    try {
      return parseHex(text);
    } catch (error) {
      ui.message.setCustomValidity(error.message);
      ui.message.reportValidity();
    }
  }

  #keep(sent) {
    if (sent.text.length > LONGEST) return say("Too long for the list of what was sent");
    const same = ({ format, text }) => format === sent.format && text === sent.text;
    const others = this.#history.filter((one) => !same(one));
    this.#history = [sent, ...others].slice(0, MOST);
    const options = this.#history.map(({ text }, value) => {
      const { shown, left } = beginning(text, IN_LIST);
      const visible = piecesOf(shown).map((piece) => piece.text).join("");
      return element("option", {
        value,
        textContent: visible + (left > 0 ? " …" : "") || "(empty)",
      });
    });
    const head = element("option", { value: "", textContent: "Sent before …" });
    ui.history.replaceChildren(head, ...options);
  }

  /** Puts a message that was sent back into the form. */
  #recall(sent) {
    if (sent === undefined) return;
    ui.sending.elements.format.value = sent.format;
    ui.message.value = sent.text;
    ui.history.value = "";
    this.sync();
  }
}
