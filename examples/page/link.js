import { inWords } from "./close_codes.js";

/** Milliseconds that a server may take to open a WebSocket. */
const PATIENCE = 10_000;
/** Milliseconds until the first try to reconnect, and at most. */
const FIRST_DELAY = 500;
const LAST_DELAY = 30_000;

/**
 * One WebSocket at a time, and what becomes of it: says each change of state in words, why a
 * connection could not be opened, and tries again if it is asked to.
 *
 * States: idle, connecting, open, closing, closed, failed, waiting.
 */
export class Link {
  /** Whether to connect again when a connection breaks. */
  reconnect = false;
  state = "idle";
  #handlers;
  #socket;
  #target;
  #attempt = 0;
  #countdown;
  /** Ends the attempt to connect that is under way. */
  #giveUp;
  /** Whether the page ended it, so that it does not come back. */
  #ended = false;

  /** Handlers: state(state, text), countdown(text), opened(), message(data), event(type, text). */
  constructor(handlers) {
    this.#handlers = handlers;
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
      // Chromium says nothing else: the socket stays as if it were connecting.
      if (effectiveDirective === "connect-src") this.#giveUp?.(BLOCKED, true);
    });
  }

  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  connect(url, protocols) {
    this.#target = { url, protocols };
    this.#attempt = 0;
    this.#open();
  }

  send(data) {
    this.#socket.send(data);
  }

  close(code, reason) {
    this.#ended = true;
    if (this.state === "waiting") {
      this.#stopWaiting();
      this.#say("closed", "Not connected");
      return;
    }
    if (this.state !== "open") return this.#giveUp();
    this.#say("closing", "Closing…");
    this.#socket.close(code, reason);
  }

  #say(state, text) {
    this.state = state;
    this.#handlers.state(state, text);
  }

  #open() {
    this.#stopWaiting();
    this.#ended = false;
    const { url, protocols } = this.#target;
    let socket;
    try {
      socket = this.#socket = new WebSocket(url, protocols);
    } catch (error) {
      this.#failed(`Cannot connect: ${error.message}`, true);
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#say("connecting", "Connecting…");
    let opened = false;
    let over = false;
    const giveUp = this.#giveUp = (text, final) => {
      if (opened || over) return;
      over = true;
      clearTimeout(timer);
      socket.close();
      if (this.#ended) this.#over("closed", "Cancelled");
      else this.#failed(text, final);
    };
    const timer = setTimeout(
      () => giveUp(`No answer within ${PATIENCE / 1000} seconds`, false),
      PATIENCE,
    );

    socket.addEventListener("open", () => {
      if (over) return;
      clearTimeout(timer);
      opened = true;
      this.#attempt = 0;
      const speaking = socket.protocol ? `, subprotocol ${socket.protocol}` : "";
      this.#say("open", "Open");
      this.#handlers.event("open", `Connection opened to ${socket.url}${speaking}`);
      this.#handlers.opened();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#handlers.message(typeof data === "string" ? data : new Uint8Array(data));
    });
    socket.addEventListener("close", async ({ code, reason, wasClean }) => {
      if (over) return;
      if (!opened) {
        if (this.#ended) return giveUp();
        const { text, final } = await whyRefused(url);
        return giveUp(text, final);
      }
      over = true;
      const text = `${inWords(code)}${reason && ` (${reason})`}`;
      if (this.#ended || code === 1000) return this.#over("closed", `Closed – ${text}`);
      this.#handlers.event(wasClean ? "close" : "error", `Connection closed – ${text}`);
      this.#again(`Closed – ${text}`, false);
    });
  }

  #over(state, text) {
    this.#handlers.event("close", text.replace("Closed", "Connection closed"));
    this.#say(state, text);
  }

  #failed(text, final) {
    this.#handlers.event("error", text);
    this.#again(text, final);
  }

  /** Waits for the next try, or stops here. */
  #again(text, final) {
    if (!this.reconnect || final || this.#ended) return this.#say("failed", text);
    this.#attempt++;
    const backoff = Math.min(LAST_DELAY, FIRST_DELAY * 2 ** (this.#attempt - 1));
    // Not everyone at the same time.
    const until = performance.now() + backoff * (0.8 + 0.4 * Math.random());
    this.#say("waiting", `${text}. Reconnecting, attempt ${this.#attempt}…`);
    const count = () => {
      const left = Math.max(0, until - performance.now());
      this.#handlers.countdown(`in ${(left / 1000).toFixed(1)} s`);
      if (left === 0) this.#open();
    };
    this.#countdown = setInterval(count, 100);
    count();
  }

  #stopWaiting() {
    clearInterval(this.#countdown);
    this.#handlers.countdown("");
  }
}

const BLOCKED = "This page may connect to its own server only. " +
  "Start the app with ANY_SERVER=1 to let it connect to others";

/** A browser does not tell a page why a WebSocket was refused, but our own server does. */
async function whyRefused(url) {
  const target = new URL(url, location.href).href.replace(/^ws/, "http");
  const { host, href } = new URL("/verdict", target);
  const foreign = host !== location.host;
  try {
    const response = await fetch(href, { cache: "no-store", signal: AbortSignal.timeout(3_000) });
    const verdict = await response.json();
    if (verdict.kind === "refused") {
      return {
        final: true,
        text: `Refused with ${verdict.status}: ${verdict.message}. ` +
          `This page comes from ${location.origin}`,
      };
    }
    return {
      final: true,
      text: `The server at ${host} answers, but did not open a WebSocket at this URL`,
    };
  } catch {
    return {
      final: false,
      text: foreign
        ? `No WebSocket from ${host}, and the browser does not say why: the server may be gone, or refuse pages of ${location.origin}`
        : `The server at ${host} does not answer`,
    };
  }
}
