import type { EventEmitter } from "node:events";
import { messageOf } from "../base/contain.ts";
import type { CloseInfo } from "../connection/close.ts";

/** What listeners to a `ws` get if they came by `addEventListener`, with what their event brings. */
export interface WsEvent {
  readonly type: string;
  readonly target: object;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
  readonly error?: unknown;
  readonly message?: string;
}

type Listener = ((event: WsEvent) => unknown) | { handleEvent(event: WsEvent): unknown };

interface Entry {
  readonly type: string;
  readonly listener: Listener;
  readonly wrapper: (...args: unknown[]) => unknown;
}

/**
 * The side of a `ws` that looks like the web: `addEventListener` and attributes such as `onmessage`,
 * on top of its own events.
 */
export class WsListeners {
  readonly #emitter: EventEmitter;
  readonly #ended: () => CloseInfo | undefined;
  #entries: Entry[] = [];
  /** The handlers of attributes, with the listener that stands for each. */
  readonly #handlers = new Map<string, { readonly handler: unknown; readonly own: Listener }>();

  /** @param ended How the connection has ended. */
  constructor(emitter: EventEmitter, ended: () => CloseInfo | undefined) {
    this.#emitter = emitter;
    this.#ended = ended;
  }

  add(type: string, listener: Listener, once = false): void {
    if (this.#find(type, listener)) return;
    const wrapper = (...args: unknown[]) => {
      if (once) this.remove(type, listener);
      const event = this.#eventOf(type, args);
      return typeof listener === "function"
        ? listener.call(this.#emitter, event)
        : listener.handleEvent(event);
    };
    this.#entries.push({ type, listener, wrapper });
    this.#emitter.on(type, wrapper);
  }

  remove(type: string, listener: Listener): void {
    const found = this.#find(type, listener);
    if (found === undefined) return;
    this.#emitter.off(type, found.wrapper);
  }

  /** The handler of an attribute. */
  handler(type: string): unknown {
    const known = this.#handlers.get(type);
    return known && this.#find(type, known.own) ? known.handler : null;
  }

  setHandler(type: string, handler: unknown): void {
    const before = this.#handlers.get(type);
    if (before) this.remove(type, before.own);
    this.#handlers.delete(type);
    if (typeof handler !== "function") return;
    // One of its own: the same function may be a listener, too.
    const own: Listener = (event) => Reflect.apply(handler, this.#emitter, [event]);
    this.#handlers.set(type, { handler, own });
    this.add(type, own);
  }

  /** `removeAllListeners` of the emitter takes these with it: whoever it took may come back. */
  #find(type: string, listener: Listener): Entry | undefined {
    const isThere = (entry: Entry) => this.#emitter.listeners(entry.type).includes(entry.wrapper);
    this.#entries = this.#entries.filter(isThere);
    return this.#entries.find((entry) => entry.type === type && entry.listener === listener);
  }

  #eventOf(type: string, [first, second]: readonly unknown[]): WsEvent {
    const event = { type, target: this.#emitter };
    if (type === "message") return { ...event, data: second === true ? first : `${first}` };
    if (type === "error") return { ...event, error: first, message: messageOf(first) };
    if (type !== "close") return event;
    const wasClean = this.#ended()?.wasClean ?? false;
    return { ...event, code: first as number, reason: `${second}`, wasClean };
  }
}
