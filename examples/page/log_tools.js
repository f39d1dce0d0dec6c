import { bytesOf, toHex } from "./bytes.js";
import { say, setOff, ui } from "./dom.js";
import { harParts } from "./har.js";
import { DIRECTIONS, jsonlParts } from "./parts.js";
import { fileOf, nameWith, save } from "./saving.js";

/** Characters that go to the clipboard at most. */
const COPIED = 16 * 1024 * 1024;

/** What is above the log and beside a chosen entry: search, pause, copies and files. */
export class LogTools {
  #log;

  /** `connections` is what is known of them; `message` the chosen one; `again` sends it once more. */
  constructor(log, { connections, message, again }) {
    this.#log = log;
    const refilter = () => log.filter(ui.kind.value, ui.search.value);
    ui.search.addEventListener("input", refilter);
    ui.kind.addEventListener("change", refilter);
    ui.view.addEventListener("change", () => log.hex = ui.view.value === "hex");
    ui.clear.addEventListener("click", () => log.clear());
    ui.newest.addEventListener("click", () => log.follow());
    ui["close-detail"].addEventListener("click", () => log.choose(-1));
    ui.pause.addEventListener("click", () => {
      const paused = ui.pause.ariaPressed !== "true";
      ui.pause.ariaPressed = `${paused}`;
      log.pause(paused);
    });
    ui.copy.addEventListener("click", () => this.#copy());
    ui.download.addEventListener(
      "click",
      () => this.#save((shown) => jsonlParts(shown), "jsonl", "application/jsonl"),
    );
    ui.har.addEventListener(
      "click",
      () => this.#save((shown) => harParts(shown, connections), "har", "application/json"),
    );
    ui["save-message"].addEventListener("click", () => {
      const data = message();
      const text = typeof data === "string";
      const type = text ? "text/plain" : "application/octet-stream";
      const name = nameWith("message", text ? "txt" : "bin");
      save(new Blob([data], { type }), name);
      say(`Saved as ${name}`);
    });
    ui["send-again"].addEventListener("click", () => again(message()));
    this.sync();
  }

  /** Takes over what the controls say, which a browser may have brought back after a reload. */
  sync() {
    this.#log.filter(ui.kind.value, ui.search.value);
    this.#log.hex = ui.view.value === "hex";
  }

  async #save(partsOf, ending, type) {
    const buttons = [ui.download, ui.har];
    setOff(true, ...buttons);
    const shown = [...this.#log.entries.shown];
    say(`Saving ${shown.length.toLocaleString("en")} entries …`);
    try {
      const name = nameWith("communication-log", ending);
      save(await fileOf(partsOf(shown), type), name);
      say(`Saved as ${name}`);
    } catch (error) {
      say(`Cannot save: ${error.message}`);
    }
    setOff(false, ...buttons);
  }

  async #copy() {
    const lines = [];
    let length = 0;
    const { shown } = this.#log.entries;
    for (const { time, direction, type, size, data } of shown) {
      if (length + 3 * size > COPIED) break;
      const written = typeof data === "string" && ui.view.value === "text"
        ? data
        : typeof data === "string" && direction !== "in" && direction !== "out"
        ? data
        : toHex(bytesOf(data));
      const line = [new Date(time).toISOString(), DIRECTIONS[direction], type, size]
        .concat(JSON.stringify(written)).join("\t");
      length += line.length;
      lines.push(line);
    }
    const left = shown.length - lines.length;
    try {
      await navigator.clipboard.writeText(lines.join("\n"));
      say(
        left === 0
          ? "Copied"
          : `Copied ${lines.length} entries; ${left} more are too much: save them`,
      );
    } catch {
      say("Cannot copy: browsers allow it on https and localhost only");
    }
  }
}
