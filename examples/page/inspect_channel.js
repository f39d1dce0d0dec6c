import { ServerClock } from "./inspect_clock.js";

/** Milliseconds that a connection waits for this channel at most. */
const PATIENCE = 500;
/** Milliseconds until a lost channel is opened again, at first and at most. */
const FIRST_DELAY = 250;
const LAST_DELAY = 5_000;
/** Measurements of the clock at first, and milliseconds between later ones. */
const MEASURED = 8;
const MEASURE_AGAIN = 10_000;

const now = () => performance.timeOrigin + performance.now();

/** The channel by which the server tells what it sees. Comes back by itself. */
export class Channel {
  clock = new ServerClock();
  #url;
  #handlers;
  #token;
  #socket;
  #ready = false;
  #delay = FIRST_DELAY;
  #timer;
  /** Whoever waits for the server's word that it watches, by id, and for the channel. */
  #waiting = new Map();
  #opening = Promise.withResolvers();

  /** Handlers: ready(welcome), measured(), lost({ code, reason, time, wasReady }), answer(message). */
  constructor(url, token, handlers) {
    this.#url = url;
    this.#token = token;
    this.#handlers = handlers;
    this.open();
  }

  get ready() {
    return this.#ready;
  }

  set token(token) {
    this.#token = token;
    this.open();
  }

  open() {
    clearTimeout(this.#timer);
    if (this.#socket) return;
    const socket = this.#socket = new WebSocket(this.#url);
    let measuring;
    /** Measurements that are still to come, one after the other: they would wait for each other. */
    let left = MEASURED;
    const measure = () => this.send({ type: "time", sent: now() });
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify({ type: "hello", token: this.#token }));
    });
    socket.addEventListener("message", ({ data }) => {
      const received = now();
      const message = JSON.parse(data);
      switch (message.type) {
        case "welcome":
          this.clock.reset();
          this.#ready = true;
          this.#delay = FIRST_DELAY;
          measuring = setInterval(measure, MEASURE_AGAIN);
          measure();
          this.#handlers.ready(message);
          return this.#opening.resolve();
        case "time":
          this.clock.add(message.sent, message.now, received);
          if (--left > 0) measure();
          return this.#handlers.measured();
        case "watching":
          return this.#waiting.get(message.id)?.();
        default:
          this.#handlers.answer(message);
      }
    });
    socket.addEventListener("close", ({ code, reason }) => {
      clearInterval(measuring);
      const wasReady = this.#ready;
      this.#ready = false;
      this.#socket = undefined;
      this.#opening = Promise.withResolvers();
      this.#handlers.lost({ code, reason, wasReady, time: now() });
      // 1008: it wants a token, which only somebody at the keyboard has.
      if (code === 1008) return;
      this.#timer = setTimeout(() => this.open(), this.#delay);
      this.#delay = Math.min(LAST_DELAY, 2 * this.#delay);
    });
  }

  send(message) {
    if (this.#ready) this.#socket.send(JSON.stringify(message));
  }

  /** Has the server watch for a connection to `path`. Resolves when it does; soon, even if it does not. */
  async connecting(id, path) {
    let timer;
    let over = false;
    const late = new Promise((resolve) => timer = setTimeout(resolve, PATIENCE, false));
    const watching = async () => {
      if (!this.#ready) this.open();
      await this.#opening.promise;
      // Nobody waits for it any more, and nothing would be found.
      if (over) return false;
      await new Promise((resolve) => {
        this.#waiting.set(id, resolve);
        this.send({ type: "connecting", id, path });
      });
      return true;
    };
    try {
      return await Promise.race([watching(), late]);
    } finally {
      over = true;
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}
