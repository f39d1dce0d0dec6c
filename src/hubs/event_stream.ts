import type { HubTransport } from "./transport.ts";
import { RequestClient, type RequestClientInit } from "./request_client.ts";

/** A comment, so that browsers take the stream for open: WHATWG HTML, server-sent events. */
const BEGIN = ":\r\n";

/** Bytes of messages that one event carries at most, unless one message alone is longer. */
const MOST = 64 * 1024;

const encoder = new TextEncoder();
const FIELD = encoder.encode("data: ");
const END = encoder.encode("\r\n\r\n");

/** A client that listens to server-sent events, and sends by other requests. */
export class EventStream extends RequestClient {
  readonly name: HubTransport = "serverSentEvents";
  readonly binary = false;
  readonly pings = true;
  /** What the client listens to: the body of the response. */
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(init: RequestClientInit) {
    super(init);
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(encoder.encode(BEGIN));
      },
      pull: (controller) => this.#next(controller),
      cancel: () => this.left(),
    }, { highWaterMark: 0 });
  }

  /** The client listens no more. */
  left(): void {
    this.#close();
    this.forget();
  }

  protected due(): void {}

  protected cut(): void {
    this.#controller?.error(new Error("the connection has ended"));
    this.#controller = undefined;
  }

  async #next(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    await this.delivery.more();
    const messages = this.delivery.take(MOST);
    if (messages !== undefined) return controller.enqueue(event(messages));
    // Cut meanwhile.
    if (this.#controller === undefined) return;
    this.#close();
    this.forget();
  }

  #close(): void {
    try {
      this.#controller?.close();
    } catch {
      // Whoever reads it has cancelled it.
    }
    this.#controller = undefined;
  }
}

/** Messages as one event. JSON escapes line ends, so that all of it is one line. */
function event(messages: Uint8Array): Uint8Array {
  const whole = new Uint8Array(FIELD.length + messages.length + END.length);
  whole.set(FIELD);
  whole.set(messages, FIELD.length);
  whole.set(END, FIELD.length + messages.length);
  return whole;
}
