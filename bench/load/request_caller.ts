import type { Dialect } from "./dialects.ts";
import { type Calling, TEXT } from "./caller.ts";

/** One client that calls by requests, as clients do where no WebSocket gets through. */
export class RequestCaller implements Calling {
  onHeard: (answers: number, told: number) => void = () => {};
  readonly #dialect: Dialect;
  readonly #url: string;
  readonly #gone = new AbortController();
  #ready: (() => void) | undefined;
  #ids = 0;
  #checked = false;

  private constructor(dialect: Dialect, url: string) {
    this.#dialect = dialect;
    this.#url = url;
  }

  /**
   * Connects, and is greeted.
   *
   * @param streams Whether it listens to events, where the server has them, or polls.
   */
  static async open(port: number, dialect: Dialect, streams: boolean): Promise<RequestCaller> {
    const { url, begun } = await dialect.byRequests(`http://127.0.0.1:${port}`, streams);
    const caller = new RequestCaller(dialect, url);
    const ready = new Promise<void>((resolve) => caller.#ready = resolve);
    const events = begun?.body ?? undefined;
    const listening = events === undefined ? caller.#poll() : caller.#listen(events);
    // What fails ends the measurement, unless it is over.
    listening.catch((error) => {
      if (!caller.#gone.signal.aborted) throw error;
    });
    await caller.#post(dialect.hello ?? dialect.greet("0"));
    await ready;
    return caller;
  }

  /** Calls so many times, without waiting. */
  call(method: string, times: number): void {
    for (let i = 0; i < times; i++) {
      void this.#post(this.#dialect.call(++this.#ids, method, TEXT));
    }
  }

  close(): Promise<void> {
    this.#gone.abort();
    return Promise.resolve();
  }

  async #post(body: string): Promise<void> {
    const response = await fetch(this.#url, { method: "POST", body });
    if (!response.ok) throw new Error(`Cannot go on: expected 200, got ${response.status}`);
    await response.text();
  }

  async #poll(): Promise<never> {
    const { signal } = this.#gone;
    for (;;) {
      const response = await fetch(this.#url, { signal });
      if (!response.ok) throw new Error(`Cannot go on: expected 200, got ${response.status}`);
      const text = await response.text();
      if (text !== "") this.#hear(text);
    }
  }

  async #listen(events: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of events) {
      if (this.#gone.signal.aborted) return;
      const all = (rest + decoder.decode(bytes, { stream: true })).split("\r\n\r\n");
      rest = all.pop()!;
      for (const event of all) this.#hear(event.replace(/^(:\r\n)?data: /, ""));
    }
  }

  #hear(text: string): void {
    if (this.#ready !== undefined) {
      if (this.#dialect.greet(text) !== "ready") return;
      this.#ready();
      this.#ready = undefined;
      return;
    }
    // A poll may bring several.
    for (const piece of text.split("\x1e")) {
      const { answers, told } = this.#dialect.hear(piece);
      if (!this.#checked && answers > 0) {
        if (!piece.includes(TEXT)) throw new Error(`Cannot go on: expected "${TEXT}", got ${text}`);
        this.#checked = true;
      }
      if (answers + told > 0) this.onHeard(answers, told);
    }
  }
}
