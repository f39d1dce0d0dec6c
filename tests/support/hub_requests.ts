/** Whoever answers requests: a server under test, or a proxy in front of it. */
export interface Answering {
  request(path: string, init?: RequestInit): Promise<Response>;
}

const decoder = new TextDecoder();

/** A client of a hub that is connected by requests, made by hand. */
export class HubRequests implements AsyncDisposable {
  readonly token: string;
  readonly #server: Answering;
  readonly #query: string;
  readonly #gone = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  private constructor(server: Answering, token: string, query: string) {
    this.#server = server;
    this.token = token;
    this.#query = query;
  }

  /** Negotiates, and connects over long polling. */
  static async poll(server: Answering, query = ""): Promise<HubRequests> {
    const client = await HubRequests.negotiate(server, query);
    const { status } = await client.get();
    if (status !== 200) throw new Error(`expected 200, got ${status}`);
    await client.greet();
    return client;
  }

  /** Negotiates, and listens to events. */
  static async listen(server: Answering, query = ""): Promise<HubRequests> {
    const client = await HubRequests.negotiate(server, query);
    await client.listen();
    await client.greet();
    return client;
  }

  /** Negotiates only. */
  static async negotiate(server: Answering, query = ""): Promise<HubRequests> {
    const path = `/hub/negotiate?negotiateVersion=1${query}`;
    const response = await server.request(path, { method: "POST" });
    const { connectionToken } = await response.json();
    return new HubRequests(server, connectionToken, query);
  }

  /** Begins to listen. */
  async listen(): Promise<void> {
    const response = await this.request({ headers: { accept: "text/event-stream" } });
    if (response.status !== 200) throw new Error(`expected 200, got ${response.status}`);
    this.#reader = response.body!.getReader();
    let begin = "";
    while (begin !== ":\r\n") begin += await this.#read();
  }

  async greet(): Promise<void> {
    await this.send('{"protocol":"json","version":1}\x1e');
    const answer = await this.next();
    if (answer !== "{}\x1e") throw new Error(`expected an answer to the handshake, got ${answer}`);
  }

  /** The next messages, in one piece. */
  async next(): Promise<string> {
    if (this.#reader === undefined) {
      for (;;) {
        const { status, text } = await this.get();
        if (status !== 200) throw new Error(`expected 200, got ${status}`);
        if (text !== "") return text;
      }
    }
    let event = "";
    while (!event.endsWith("\r\n\r\n")) event += await this.#read();
    return event.replaceAll(/data: (.*)\r\n\r\n/g, "$1");
  }

  /** Polls once. */
  async get(): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.request({});
    return { status: response.status, text: await response.text() };
  }

  /** Sends messages as they are. */
  async send(body: BodyInit, query = this.#query): Promise<number> {
    const response = await this.request({ method: "POST", body }, query);
    await response.body?.cancel();
    return response.status;
  }

  /** Calls a method. */
  call(target: string, ...args: unknown[]): Promise<number> {
    return this.send(
      `${JSON.stringify({ type: 1, invocationId: "1", target, arguments: args })}\x1e`,
    );
  }

  async delete(): Promise<number> {
    const response = await this.request({ method: "DELETE" });
    await response.body?.cancel();
    return response.status;
  }

  request(init: RequestInit, query = this.#query): Promise<Response> {
    const { signal } = this.#gone;
    return this.#server.request(`/hub?id=${this.token}${query}`, { signal, ...init });
  }

  /** Is gone without a word. */
  vanish(): void {
    this.#reader?.cancel().catch(() => {});
    this.#gone.abort();
  }

  /** Is gone. Of a client that polls, nobody would notice it for long. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#reader === undefined) await this.delete().catch(() => {});
    this.vanish();
  }

  async #read(): Promise<string> {
    const { value, done } = await this.#reader!.read();
    if (done) throw new Error("expected more events, got the end");
    return decoder.decode(value, { stream: true });
  }
}
