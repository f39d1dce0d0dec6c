import type { Dialect } from "./dialects.ts";

/** Characters of what is said. */
export const TEXT = "x".repeat(40);

/** One client that calls, and waits for answers. */
export interface Calling {
  /** Called with how many answers and calls a text has brought. */
  onHeard: (answers: number, told: number) => void;
  /** Calls so many times, without waiting. */
  call(method: string, times: number): void;
  /** Resolves when the connection is closed. */
  close(): Promise<void>;
}

/** One of them, over a WebSocket. */
export class Caller implements Calling {
  onHeard: (answers: number, told: number) => void = () => {};
  readonly #socket: WebSocket;
  readonly #dialect: Dialect;
  #ids = 0;
  #checked = false;

  private constructor(socket: WebSocket, dialect: Dialect) {
    this.#socket = socket;
    this.#dialect = dialect;
  }

  /** Connects, and is greeted. */
  static open(port: number, dialect: Dialect): Promise<Caller> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${dialect.path}`);
    const caller = new Caller(socket, dialect);
    return new Promise((resolve, reject) => {
      const ready = () => {
        socket.onmessage = ({ data }) => caller.#hear(data);
        resolve(caller);
      };
      socket.onerror = () => reject(new Error("a connection failed"));
      socket.onopen = () => {
        if (dialect.hello !== undefined) socket.send(dialect.hello);
        else if (dialect.greet("") === "ready") ready();
      };
      socket.onmessage = ({ data }) => {
        const answer = dialect.greet(data);
        if (answer === "ready") ready();
        else if (answer !== "") socket.send(answer);
      };
    });
  }

  call(method: string, times: number): void {
    for (let i = 0; i < times; i++) {
      this.#socket.send(this.#dialect.call(++this.#ids, method, TEXT));
    }
  }

  /** Resolves when the server has closed, too. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.onclose = () => resolve();
      this.#socket.close(1000);
    });
  }

  #hear(text: string): void {
    const { answers, told } = this.#dialect.hear(text);
    // A server that answers with errors is fast.
    if (!this.#checked && answers > 0) {
      if (!text.includes(TEXT)) throw new Error(`Cannot go on: expected "${TEXT}", got ${text}`);
      this.#checked = true;
    }
    if (answers + told > 0) this.onHeard(answers, told);
  }
}
