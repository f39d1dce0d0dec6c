import { isOwn, targetOf } from "./address.js";
import { whyRefused } from "./cause.js";
import { inWords } from "./close_codes.js";
import { afterFrame } from "./dom.js";
import { BLOCKED } from "./refusal.js";
import { Retry } from "./retry.js";

/** Milliseconds that a server may take to open a WebSocket. */
const PATIENCE = 10_000;
/** Connections of which the log still knows the URL. */
const REMEMBERED = 1_000;

/**
 * One WebSocket at a time, which a Worker has, and what becomes of it: says each change of state in
 * words, why a connection could not be opened, and tries again if it is asked to.
 *
 * States: idle, connecting, open, closing, closed, failed, waiting.
 */
export class Link extends EventTarget {
  /** Whether to connect again when a connection breaks. */
  reconnect = false;
  state = "idle";
  /** Of the last attempt: its number and URL. */
  connection = 0;
  url = "";
  /** Told of the URL just before a socket is made, and waited for; may change it. */
  dial;
  /** What is known of connections, by their numbers: `{ url, protocol, time }`. */
  connections = new Map();
  #handlers;
  #worker;
  #protocols = [];
  /** Until a server that does not answer is given up. */
  #patience;
  #retry;
  /** Whether the page ended it, so that it does not come back. */
  #ended = false;

  /** Handlers: state(state, text), countdown(text), batch(batch), event(type, text, more). */
  constructor(handlers) {
    super();
    this.#handlers = handlers;
    this.#retry = new Retry(handlers.countdown);
    this.#worker = new Worker(new URL("./socket_worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#heard(data);
    this.#worker.onerror = () => this.#failed("This browser does not start module workers", true);
  }

  /** Whether there is anything to close or to cancel. */
  get busy() {
    return ["connecting", "open", "closing", "waiting"].includes(this.state);
  }

  connect(url, protocols = []) {
    const target = targetOf(url, location.href);
    if (target?.host !== targetOf(this.url, location.href)?.host) this.order("forget");
    this.url = url;
    this.#protocols = protocols;
    this.#retry.attempt = 0;
    this.#open();
  }

  send(data) {
    this.order("send", { data });
  }

  /** Tells the Worker to do something. */
  order(what, more) {
    this.#worker.postMessage({ do: what, ...more });
  }

  /** Closes; whoever waits for an answer to that, or for a connection, gives it up. */
  close(code, reason) {
    this.#ended = true;
    if (this.state === "open") {
      this.#say("closing", "Closing…");
      this.order("close", { code, reason });
      return;
    }
    const waited = this.state === "waiting";
    const text = this.state === "closing"
      ? "Closed – given up: the server has not answered the close"
      : waited
      ? "Not connected"
      : "Cancelled";
    this.#stop();
    if (waited) this.#say("closed", text);
    else this.#over(text);
  }

  #say(state, text) {
    this.state = state;
    this.#handlers.state(state, text);
    const { url, connection } = this;
    this.#tell("state", { state, text, url, connection });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async #open() {
    this.#ended = false;
    this.connection++;
    const target = targetOf(this.url, location.href);
    if (target === undefined || !/^wss?:$/.test(target.protocol) || target.hash) {
      const wrong = target === undefined
        ? "no URL"
        : target.hash
        ? "one with a #"
        : target.protocol;
      this.#failed(`Cannot connect: expected a URL such as ws://host/path, got ${wrong}`, true);
      return;
    }
    if (!isOwn(target, location.href) && !("anyServer" in document.body.dataset)) {
      // The browser forbids it: Chromium then goes on connecting, and Firefox says 1006.
      this.#failed(BLOCKED, true);
      return;
    }
    this.#say("connecting", "Connecting…");
    const patience = () => this.#failed(`No answer within ${PATIENCE / 1000} seconds`, false);
    this.#patience = setTimeout(patience, PATIENCE);
    const { connection } = this;
    const changed = this.dial && await this.dial(target);
    // Meanwhile it may have been cancelled.
    if (connection !== this.connection || this.state !== "connecting") return;
    const { href: url } = changed ?? target;
    this.order("connect", { url, protocols: this.#protocols, connection });
  }

  #heard(message) {
    if (message.on === "batch") {
      this.#handlers.batch(message);
      afterFrame(() => this.order("taken"));
      return;
    }
    const { on, connection, time } = message;
    // What comes of one that was given up was on its way already.
    const awaited = on === "closed" && message.opened ? ["open", "closing"] : ["connecting"];
    if (connection !== this.connection || !awaited.includes(this.state)) return;
    clearTimeout(this.#patience);
    if (on === "fault") this.#failed(`Cannot connect: ${message.message}`, true);
    else if (on === "blocked") this.#failed(BLOCKED, true);
    else if (on === "opened") {
      const { protocol } = message;
      const url = targetOf(this.url, location.href).href;
      const speaking = protocol ? `, subprotocol ${protocol}` : this.#withoutProtocol();
      this.#remember(connection, { url, protocol, time });
      this.#retry.attempt = 0;
      this.#handlers.event("open", `Connection opened to ${url}${speaking}`, { time, connection });
      this.#say("open", "Open");
      this.#tell("opened", { url, protocol, connection, time });
    } else if (message.opened) this.#closed(message);
    else {
      // Before others connect to find out why.
      this.#tell("refused", { connection, time });
      this.#refused(connection);
    }
  }

  /** Firefox alone opens a connection that was promised a subprotocol and got none. */
  #withoutProtocol() {
    const names = this.#protocols.join(", ");
    return names &&
      `, without a subprotocol: the server chose none of ${names}, and other browsers ` +
        "give such a connection up";
  }

  #closed({ code, reason, wasClean, connection, time }) {
    const text = `${inWords(code)}${reason && ` (${reason})`}`;
    const meant = this.#ended || code === 1000;
    const type = meant || wasClean ? "close" : "error";
    this.#handlers.event(type, `Connection closed – ${text}`, { time, connection });
    this.#tell("closed", { code, reason, wasClean, connection, time });
    if (meant) this.#say("closed", `Closed – ${text}`);
    else this.#again(`Closed – ${text}`, {});
  }

  async #refused(connection) {
    const why = await whyRefused(targetOf(this.url, location.href), this.#protocols);
    // Meanwhile it may have been cancelled.
    if (connection !== this.connection || this.state !== "connecting") return;
    this.#failed(why.text, why.final, why.after);
  }

  #over(text) {
    this.#handlers.event("close", text.replace("Closed", "Connection closed"), {});
    this.#say("closed", text);
  }

  #failed(text, final, after) {
    this.#stop();
    this.#handlers.event("error", text, {});
    this.#again(text, { final, after });
  }

  #stop() {
    clearTimeout(this.#patience);
    this.#retry.stop();
    this.order("drop");
  }

  /** Waits for the next try, or stops here. */
  #again(text, { final, after }) {
    if (!this.reconnect || final || this.#ended) return this.#say("failed", text);
    const attempt = ++this.#retry.attempt;
    const asked = after ? `, which the server asks to wait ${after} s for` : "";
    this.#say("waiting", `${text}. Reconnecting, attempt ${attempt}${asked}…`);
    this.#retry.wait(after, () => this.#open());
  }

  #remember(connection, known) {
    this.connections.set(connection, known);
    this.connections.delete(connection - REMEMBERED);
  }
}
