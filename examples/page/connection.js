import { isOwn, linkTo, targetOf, wishesOf } from "./address.js";
import { closeFault } from "./close_codes.js";
import { say, setOff, ui, write, writeVisible } from "./dom.js";

/** What the tab's title says of a state. */
const WORDS = {
  idle: "Not connected",
  connecting: "Connecting",
  open: "Open",
  closing: "Closing",
  closed: "Closed",
  failed: "Failed",
  waiting: "Reconnecting",
};

/** Milliseconds without an answer after which the page says so. */
const PATIENCE = 2_000;

/** The form with which one connects and closes, and what it says of the connection. */
export class Connection {
  #link;
  #closingSince = 0;

  constructor(link) {
    this.#link = link;
    ui.connection.addEventListener("submit", (event) => {
      event.preventDefault();
      if (link.busy) return;
      link.connect(ui.url.value.trim(), protocolsIn(ui.protocols.value));
    });
    ui.close.addEventListener("click", () => {
      const [code, reason] = [ui.code.valueAsNumber, ui.reason.value];
      const fault = link.state === "open" ? closeFault(code, reason) : "";
      ui.code.setCustomValidity(fault);
      if (fault) ui.options.open = true;
      if (link.state !== "open" || ui.closing.reportValidity()) link.close(code, reason);
    });
    ui.closing.addEventListener("submit", (event) => {
      event.preventDefault();
      ui.close.click();
    });
    for (const field of [ui.code, ui.reason]) {
      field.addEventListener("input", () => ui.code.setCustomValidity(""));
    }
    ui.reconnect.addEventListener("change", () => this.sync());
    ui.share.addEventListener("click", () => this.#share());
    setInterval(() => this.#closing(), 250);
    this.sync();
  }

  /** Takes over what the controls say, which a browser may have brought back after a reload. */
  sync() {
    this.#link.reconnect = ui.reconnect.checked;
  }

  /**
   * Fills the form with what a link to the page asks for; tells what is not taken.
   */
  fill(location) {
    const { url, protocols, message } = wishesOf(location);
    const target = targetOf(url ?? "/ws", location.href);
    const allowed = target !== undefined &&
      (isOwn(target, location.href) || "anyServer" in document.body.dataset);
    const own = targetOf("/ws", location.href).href;
    ui.url.value = allowed ? target.href : own;
    ui.protocols.value = protocols ?? "";
    if (message !== undefined) ui.message.value = message;
    return allowed ? "" : "?url= is not taken: start the app with ANY_SERVER=1 to allow it";
  }

  show(state, text) {
    ui.status.dataset.state = state;
    writeVisible(ui.status, text);
    document.title = `${WORDS[state]} – edgesocket playground`;
    const { busy } = this.#link;
    setOff(busy, ui.connect);
    setOff(!busy, ui.close);
    ui.url.readOnly = ui.protocols.readOnly = busy;
    write(ui.close, state === "closing" ? "Give Up Closing" : "Close Socket");
    if (state === "closing") this.#closingSince = performance.now();
    else if (state !== "open") write(ui.unanswered, "");
  }

  /** Says how long nothing has come of what was sent. */
  showSilence({ unanswered, silent, waiting }) {
    if (this.#link.state !== "open") return;
    const count = unanswered.toLocaleString("en");
    write(
      ui.unanswered,
      silent < PATIENCE ? "" : `${count} unanswered, ${Math.floor(waiting / 1000)} s`,
    );
  }

  #closing() {
    const seconds = Math.floor((performance.now() - this.#closingSince) / 1000);
    if (this.#link.state !== "closing" || seconds < PATIENCE / 1000) return;
    write(ui.unanswered, `the close is unanswered, ${seconds} s`);
  }

  async #share() {
    const link = linkTo(location.href, {
      url: ui.url.value.trim(),
      protocols: ui.protocols.value.trim(),
      message: ui.message.value,
    });
    if (link === undefined) return say("Too long for a link: at most 8,000 characters");
    history.replaceState(null, "", link);
    try {
      await navigator.clipboard.writeText(link);
      say("Link copied");
    } catch {
      say("The link is in the address bar; browsers copy on https and localhost only");
    }
  }
}

function protocolsIn(text) {
  return text.split(",").map((name) => name.trim()).filter(Boolean);
}
